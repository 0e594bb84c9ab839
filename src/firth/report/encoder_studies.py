"""The page's studies of encoder–decoders: how a source is read, and the size of the vector that it becomes."""

from firth.report import figures, study_figures
from firth.report.findings import Findings, Metrics, pick
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
        [name, READINGS[reading], *(pick(values, *path) for path in (["bleu"], ["first_half_share"]))]
        for reading, found in runs.items()
        for name, values in found.items()
    ]
    header = ["cell", "source", "BLEU", "gradient on the first half of the source (share)"]
    caption = "Translation by cell and by how the source is read"
    drawings = [_bleu_by_length(found, f"encoders-{reading}", READINGS[reading]) for reading, found in runs.items()]
    reaching = [_reach(findings, reading) for reading in READINGS]
    parts = [table(caption, header, rows, names=2), side_by_side(drawings), side_by_side(reaching)]
    return titled("How a source is read", introduction, parts)


def _bleu_by_length(runs: Metrics, anchor: str, title: str) -> Markup | None:
    scores = {
        name: [(group, found["bleu"]) for group, found in values["by_source_length"].items()]
        for name, values in runs.items()
    }
    if not scores:
        return None
    label = f"BLEU by words in the source, {title}: " + "; ".join(
        f"{name} {', '.join(f'{group}: {bleu:.3g}' for group, bleu in curve)}" for name, curve in scores.items()
    )
    return figure(figures.bleu_by_length(scores, anchor, label), f"BLEU by the length of the source, {title}.")


def _reach(findings: Findings, reading: str) -> Markup | None:
    curves = {
        name: [(row["source_position"], row["gradient_norm"]) for row in found]
        for cell, name in CELLS.items()
        if (found := findings.study_curves.get(f"encoders-{cell}-{reading}"))
    }
    if not curves:
        return None
    title = READINGS[reading]
    label = f"Mean gradient norm by source position, {title}: " + "; ".join(
        f"{name} from {curve[0][1]:.3g} at the first to {curve[-1][1]:.3g} at the last"
        for name, curve in curves.items()
    )
    caption = f"Gradients by the embedding of each source word, mean over output positions, {title}."
    return figure(figures.gradients_by_source(curves, f"reach-{reading}", label), caption)


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
    drawing = _bleu_by_length(runs, "bottleneck", "by the size of the vector")
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
