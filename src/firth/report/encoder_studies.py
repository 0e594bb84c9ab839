"""The page's studies of encoder–decoders: reading order and attention, size of the source vector, word vectors."""

import pandas as pd
from markupsafe import Markup

from firth.report.findings import Findings
from firth.report.lecture.encoder_cells import READINGS
from firth.report.markup import Content, table, titled
from firth.report.names import INITIAL_EMBEDDINGS, LANGUAGE_MODELS, WHEN, with_names
from firth.report.result_tables import by_number, pivoted, rows_of
from firth.tables import flatten


def encoder_studies(findings: Findings) -> list[Markup | None]:
    """The studies that were run."""
    return [_encoders(findings), _bottleneck(findings), _pairs(findings)]


def _encoders(findings: Findings) -> Markup | None:
    """BLEU and gradients, by cell and by how the source is read."""
    introduction = (
        "One layer reads the source, another writes the translation. Read forwards, the first words of the source are "
        "the farthest from the first of the output; read backwards, the nearest. Attention looks back at all of them."
    )
    studies = _encoder_studies(findings)
    shown = studies.assign(reading=studies["reading"].map(READINGS))
    header = ["cell", "source", "BLEU", *(f"gradient on the first half, {title} (share)" for title in WHEN.values())]
    caption = "Translation by cell and by how the source is read"
    columns = ["model", "reading", "bleu", *(f"{when}.first_half_share" for when in WHEN)]
    return titled("How a source is read", introduction, [table(caption, header, rows_of(shown[columns]), names=2)])


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


def _bottleneck(findings: Findings) -> Markup | None:
    """BLEU by the size of the vector that a sentence becomes."""
    sizes = by_number(findings.studies.get("bottleneck", {}).get("by_hidden_size", {}), "hidden_size_")
    rows: list[list[Content]] = [[f"{size} units", values["bleu"]] for size, values in sizes]
    return table("Translation by the size of the vector", ["vector", "BLEU"], rows)


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
