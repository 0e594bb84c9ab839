"""The page's studies of encoder–decoders: how a source is read, and the size of the vector that it becomes."""

from firth.report import study_figures
from firth.report.alignments import length_figure, reach_figure
from firth.report.findings import Findings, pick
from firth.report.gradients import WHEN
from firth.report.markup import Content, Markup, figure, side_by_side, table, titled

CELLS = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
INITIAL_EMBEDDINGS = {"random": "random", "svd": "SVD", "word2vec": "word2vec"}
READINGS = {"forward": "read forwards", "reversed": "read backwards", "attention": "with attention"}


def encoder_studies(findings: Findings) -> list[Markup | None]:
    """The studies that were run."""
    return [_encoders(findings), _bottleneck(findings), _pairs(findings)]


def _encoders(findings: Findings) -> Markup | None:
    """What becomes of long sources, by cell and by how they are read."""
    introduction = (
        "One layer reads the source, another writes the translation. Read forwards, the first words of the source are "
        "the farthest from the first of the output; read backwards, the nearest. Attention looks back at all of them."
    )
    runs = {
        reading: {
            name: found for cell, name in CELLS.items() if (found := findings.studies.get(f"encoders-{cell}-{reading}"))
        }
        for reading in READINGS
    }
    rows: list[list[Content]] = [
        [name, READINGS[reading], pick(values, "bleu"), *(pick(values, when, "first_half_share") for when in WHEN)]
        for reading, found in runs.items()
        for name, values in found.items()
    ]
    header = ["cell", "source", "BLEU", *(f"gradient on the first half, {title} (share)" for title in WHEN.values())]
    caption = "Translation by cell and by how the source is read"
    lengths, reaches = [], []
    for reading, title in READINGS.items():
        scores = {name: values["by_source_length"] for name, values in runs[reading].items()}
        lengths.append(length_figure(scores, f"encoders-{reading}", title))
        for when, time in WHEN.items():
            curves = {
                name: [(row["source_position"], row[f"norm_{when}"]) for row in rows_of_curve]
                for cell, name in CELLS.items()
                if (rows_of_curve := findings.study_curves.get(f"encoders-{cell}-{reading}"))
            }
            reaches.append(reach_figure(curves, f"reach-{reading}-{when}", f"{title}, {time}"))
    parts = [table(caption, header, rows, names=2), side_by_side(lengths), side_by_side(reaches)]
    return titled("How a source is read", introduction, parts)


def _bottleneck(findings: Findings) -> Markup | None:
    """How much of a sentence goes through one vector."""
    introduction = (
        "Without attention, all that the decoder knows of the source is one vector; here it has several sizes."
    )
    runs = {
        f"{size} units": values
        for size, values in sorted(
            (int(name.removeprefix("hidden_size_")), values)
            for name, values in (pick(findings.studies, "bottleneck", "by_hidden_size") or {}).items()
        )
    }
    rows: list[list[Content]] = [[name, pick(values, "bleu")] for name, values in runs.items()]
    parts = [table("Translation by the size of the vector", ["vector", "BLEU"], rows)]
    scores = {name: values["by_source_length"] for name, values in runs.items()}
    drawing = length_figure(scores, "bottleneck", "by the size of the vector")
    return titled("One vector for a sentence", introduction, [side_by_side([*parts, drawing])])


def _pairs(findings: Findings) -> Markup | None:
    """What a translator gains from word vectors, by how many pairs it learns from."""
    introduction = (
        "One translator with attention, its embeddings random at first or word vectors that were learned on another "
        "text in the language of the source."
    )
    runs = {
        name: [(int(values["pairs"]), values["bleu"]) for values in found.values()]
        for initial, name in INITIAL_EMBEDDINGS.items()
        if (found := findings.studies.get(f"pairs-{initial}"))
    }
    if not runs:
        return None
    counts = [count for count, _ in next(iter(runs.values()))]
    rows: list[list[Content]] = [[count, *(dict(curve).get(count) for curve in runs.values())] for count in counts]
    label = "BLEU by training pairs: " + "; ".join(
        f"{name} {', '.join(f'{count}: {bleu:.3g}' for count, bleu in curve)}" for name, curve in runs.items()
    )
    drawing = figure(
        study_figures.bleu_by_pairs(runs, "pairs", label),
        "BLEU by the number of training pairs, by initial embeddings.",
    )
    parts = [table("BLEU by training pairs and initial embeddings", ["pairs", *runs], rows), drawing]
    return titled("Word vectors in a translator", introduction, [side_by_side(parts)])
