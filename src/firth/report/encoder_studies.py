"""The page's studies of encoder–decoders: reading order and attention, size of the source vector, word vectors."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from firth.report.findings import Findings
from firth.report.gradient_sections import WHEN
from firth.report.markup import Markup, side_by_side, table, titled
from firth.report.names import INITIAL_EMBEDDINGS, LANGUAGE_MODELS, with_names
from firth.report.result_tables import by_number, curves, pivoted, rows_of
from firth.report.saliency_sections import length_figure, reach_figure
from firth.tables import flatten

READINGS = {"forward": "read forwards", "reversed": "read backwards", "attention": "with attention"}


def encoder_studies(findings: Findings) -> list[Markup | None]:
    """The studies that were run."""
    return [_encoders(findings), _bottleneck(findings), _pairs(findings)]


def _encoders(findings: Findings) -> Markup | None:
    """BLEU by source length and gradients by source position, by cell and by how the source is read."""
    introduction = (
        "One layer reads the source, another writes the translation. Read forwards, the first words of the source are "
        "the farthest from the first of the output; read backwards, the nearest. Attention looks back at all of them."
    )
    studies = _encoder_studies(findings)
    shown = studies.assign(reading=studies["reading"].map(READINGS))
    header = ["cell", "source", "BLEU", *(f"gradient on the first half, {title} (share)" for title in WHEN.values())]
    caption = "Translation by cell and by how the source is read"
    lengths, reaches = [], []
    for reading, title in READINGS.items():
        cells = studies[studies["reading"] == reading]
        names = dict(zip(cells["study"].str.removeprefix("encoders-"), cells["model"], strict=True))
        scores = {name: findings.studies[f"encoders-{key}"]["by_source_length"] for key, name in names.items()}
        lengths.append(length_figure(_by_source_length(scores), f"encoders-{reading}", title))
        rows = findings.curves_of("encoders", names)
        for when, time in WHEN.items():
            drawn = {} if rows.empty else curves(rows, "study", "source_position", f"norm_{when}")
            reaches.append(reach_figure(drawn, f"reach-{reading}-{when}", f"{title}, {time}"))
    columns = ["model", "reading", "bleu", *(f"{when}.first_half_share" for when in WHEN)]
    parts = [table(caption, header, rows_of(shown[columns]), names=2), side_by_side(lengths), side_by_side(reaches)]
    return titled("How a source is read", introduction, parts)


def _encoder_studies(findings: Findings) -> pd.DataFrame:
    """A row for each study ``encoders-CELL-READING``, by how the source is read and then by cell."""
    columns = ["study", "model", "reading", "bleu", *(f"{when}.first_half_share" for when in WHEN)]
    rows = [
        {"study": study, "model": study.split("-")[1], "reading": study.split("-")[2], **flatten(dict(values))}
        for study, values in findings.studies.items()
        if study.startswith("encoders-")
    ]
    frame = with_names(pd.DataFrame(rows, columns=columns), "model", LANGUAGE_MODELS)
    readings = list(READINGS)
    return frame.sort_values("reading", key=lambda found: found.map(readings.index), kind="stable")


def _by_source_length(scores: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """{model: {group of lengths: its scores}} as a table with the columns model, source_length, sentences and bleu."""
    rows = [
        {"model": name, "source_length": group, **found}
        for name, groups in scores.items()
        for group, found in groups.items()
    ]
    return pd.DataFrame(rows, columns=["model", "source_length", "sentences", "bleu"])


def _bottleneck(findings: Findings) -> Markup | None:
    """BLEU by the size of the vector that a sentence becomes."""
    introduction = (
        "Without attention, all that the decoder knows of the source is one vector; here it has several sizes."
    )
    sizes = by_number(findings.studies.get("bottleneck", {}).get("by_hidden_size", {}), "hidden_size_")
    rows = [(f"{size} units", values["bleu"]) for size, values in sizes]
    scores = _by_source_length({f"{size} units": values["by_source_length"] for size, values in sizes})
    drawing = length_figure(scores, "bottleneck", "by the size of the vector")
    parts = [table("Translation by the size of the vector", ["vector", "BLEU"], rows), drawing]
    return titled("One vector for a sentence", introduction, [side_by_side(parts)])


def _pairs(findings: Findings) -> Markup | None:
    """BLEU of a translator by the number of training pairs, with random embeddings or word vectors."""
    rows = [
        {"initial": name, "pairs": int(values["pairs"]), "bleu": values["bleu"]}
        for initial, name in INITIAL_EMBEDDINGS.items()
        for values in findings.studies.get(f"pairs-{initial}", {}).values()
    ]
    if not rows:
        return None
    wide = pivoted(pd.DataFrame(rows), "pairs", "initial", "bleu").reset_index()
    caption = "BLEU of a translator with attention by training pairs and initial embeddings"
    return table(caption, [str(column) for column in wide.columns], rows_of(wide))
