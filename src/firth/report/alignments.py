"""What the page says of sources: how length tells, how far gradients reach, and what outputs look back at."""

from collections import defaultdict
from collections.abc import Mapping

from firth.report import encoder_figures
from firth.report.figures import Curve
from firth.report.findings import Findings, Metrics
from firth.report.markup import Markup, code, figure, heading, join, paragraph, side_by_side

Cell = dict[str, str]  # a row of the table of watched sentences


def alignment_parts(findings: Findings, task: str, runs: Mapping[str, str]) -> list[Markup | None]:
    """Figures of the models of one task (name for people → run); nothing where none was measured."""
    measured = {name: run.replace("seq2seq-", "alignment-") for name, run in runs.items()}
    curves = {name: _by_source(findings.curves.get(run, [])) for name, run in measured.items()}
    reach = reach_figure(curves, f"{task}-reach", "")
    maps = [_maps(findings.watched.get(run, []), name, run) for name, run in measured.items()]
    if not reach and not any(maps):
        return []
    explained = paragraph(
        "The loss at an output position t, E", Markup("<sub>t</sub>"), ", depends on a source word's embedding, x",
        Markup("<sub>k</sub>"), ", by way of every step between the two; attention is a way past them. The norm of the "
        "gradient ∂E", Markup("<sub>t</sub>"), "/∂x", Markup("<sub>k</sub>"), " says how much of it arrives.",
    )  # fmt: skip
    return [heading("What outputs owe to the source"), explained, reach, *maps]


def reach_figure(curves: Mapping[str, Curve], anchor: str, title: str) -> Markup | None:
    """Gradient norms by source position, {model: [(position, norm), …]}; without curves, nothing.

    ``title`` says more of these sources; it may be empty.
    """
    there = {name: curve for name, curve in curves.items() if curve}
    if not there:
        return None
    sources = f"sources of {max(map(len, there.values()))} tokens {title}".rstrip()
    label = f"Mean gradient norm by source position, {sources}: " + "; ".join(
        f"{name} from {curve[0][1]:.3g} at the first to {curve[-1][1]:.3g} at the last" for name, curve in there.items()
    )
    caption = f"Gradients by the embedding of each source word, mean over output positions: {sources}."
    return figure(encoder_figures.gradients_by_source(there, anchor, label), caption)


def length_figure(scores: Mapping[str, Metrics], anchor: str, title: str) -> Markup | None:
    """BLEU by the length of the source, {model: its ``by_source_length``}; without scores, nothing."""
    if not scores:
        return None
    counts = ", ".join(f"{group}: {found['sentences']}" for group, found in next(iter(scores.values())).items())
    curves = {name: [(group, found["bleu"]) for group, found in row.items()] for name, row in scores.items()}
    label = f"BLEU by words in the source, {title}: " + "; ".join(
        f"{name} {', '.join(f'{group}: {bleu:.3g}' for group, bleu in curve)}" for name, curve in curves.items()
    )
    caption = f"BLEU by the length of the source, {title} (sentences of each length: {counts})."
    return figure(encoder_figures.bleu_by_length(curves, anchor, label), caption)


def _by_source(rows: list[dict[str, float]]) -> list[tuple[float, float]]:
    """[(source position, mean gradient norm)], in order."""
    norms = defaultdict(list)
    for row in rows:
        norms[row["source_position"]].append(row["gradient_norm"])
    return [(position, sum(found) / len(found)) for position, found in sorted(norms.items())]


def _maps(cells: list[Cell], name: str, run: str) -> Markup | None:
    """For each watched sentence what the model wrote, and a map of its attention or, without any, its gradients."""
    sentences: defaultdict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        sentences[cell["sentence"]].append(cell)
    drawn = [_map(found, name, f"{run}-{number}") for number, found in sentences.items()]
    return side_by_side(drawn) if drawn else None


def _map(cells: list[Cell], name: str, anchor: str) -> Markup:
    written = _in_order(cells, "output")
    read = _in_order(cells, "source")
    attends = all(cell["attention"] for cell in cells)
    weights: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for cell in cells:
        weight = float(cell["attention"] if attends else cell["gradient_norm"])
        weights[int(cell["output_position"])][int(cell["source_position"])] = weight
    if not attends:
        weights = defaultdict(dict, {row: _shares(found) for row, found in weights.items()})
    strongest = {row: max(found, key=found.__getitem__) for row, found in weights.items()}
    label = f"{'Attention' if attends else 'Share of the gradient'}, {name}: " + "; ".join(
        f"{written[row - 1]} most from {read[column - 1]}" for row, column in sorted(strongest.items())
    )
    title = "attention weight" if attends else "share of the gradient norms"
    caption = join([name, ": ", code(" ".join(written)), "."])
    return figure(encoder_figures.alignment_map(weights, written, read, title, anchor, label), caption)


def _shares(norms: Mapping[int, float]) -> dict[int, float]:
    total = sum(norms.values())
    return {column: norm / total if total else 0.0 for column, norm in norms.items()}


def _in_order(cells: list[Cell], side: str) -> list[str]:
    found = {int(cell[f"{side}_position"]): cell[side] for cell in cells}
    return [found[position] for position in sorted(found)]
