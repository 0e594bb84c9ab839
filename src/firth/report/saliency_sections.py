"""The page's part on sources: scores by source length, gradients by source position, and attention of examples."""

from collections.abc import Mapping

import pandas as pd

from firth.report import encoder_figures
from firth.report.figures import Curve
from firth.report.findings import Findings
from firth.report.markup import Markup, code, figure, heading, join, paragraph, side_by_side, subscript
from firth.report.names import ATTENTIONS, display_name, in_order
from firth.report.result_tables import above_smallest_norm, curves, in_text


def saliency_parts(findings: Findings, task: str) -> list[Markup | None]:
    """Figures of the models of one task; nothing where none was measured."""
    norms = findings.of_task("saliency", task)
    means = norms.groupby(["attention", "source_position"], sort=False)["gradient_norm"].mean().reset_index()
    reach = reach_figure(curves(means, "attention", "source_position", "gradient_norm"), f"{task}-reach", "")
    maps = _maps(findings.table("example_sentences"), task)
    if not reach and not maps:
        return []
    explained = paragraph(
        "The loss at an output position t, E", subscript("t"), ", depends on a source word's embedding, x",
        subscript("k"), ", by way of every step between the two; attention is a way past them. The norm of the "
        "gradient ∂E", subscript("t"), "/∂x", subscript("k"), " says how much of it arrives.",
    )  # fmt: skip
    return [heading("Saliency of source words"), explained, reach, *maps]


def reach_figure(curves: Mapping[str, Curve], anchor: str, title: str) -> Markup | None:
    """Gradient norms by source position, {model: [(position, norm), …]}; without curves, nothing.

    ``title`` describes these sources; it may be empty.
    """
    there = {name: drawn for name, curve in curves.items() if (drawn := above_smallest_norm(curve))}
    if not there:
        return None
    sources = f"sources of {max(map(len, curves.values()))} tokens {title}".rstrip()
    label = f"Mean gradient norm by source position, {sources}: " + "; ".join(
        f"{name} from {curves[name][0][1]:.3g} at the first to {curves[name][-1][1]:.3g} at the last" for name in there
    )
    caption = f"Gradients by the embedding of each source word, mean over output positions: {sources}."
    return figure(encoder_figures.gradients_by_source(there, anchor, label), caption)


def length_figure(scores: pd.DataFrame, anchor: str, title: str) -> Markup | None:
    """BLEU by the length of the source; without scores, nothing.

    Parameters
    ----------
    scores : columns model, source_length (a group such as 6-10), sentences and bleu.
    """
    drawn = curves(scores, "model", "source_length", "bleu")
    if not drawn:
        return None
    first = scores[scores["model"] == scores["model"].iloc[0]]
    counts = ", ".join(f"{group}: {n}" for group, n in zip(first["source_length"], first["sentences"], strict=True))
    label = f"BLEU by words in the source, {title}: {in_text(drawn)}"
    caption = f"BLEU by the length of the source, {title} (sentences of each length: {counts})."
    return figure(encoder_figures.bleu_by_length(drawn, anchor, label), caption)


def _maps(examples: pd.DataFrame, task: str) -> list[Markup | None]:
    """For each example sentence the model's output, and a map of its attention or, without any, its gradients."""
    of_task = examples[examples["task"] == task]
    return [
        side_by_side(
            [
                _map(cells, display_name(attention, ATTENTIONS), f"saliency-{task}-{attention}-{number}")
                for number, cells in of_task[of_task["attention"] == attention].groupby("sentence")
            ]
        )
        for attention in in_order(of_task["attention"], ATTENTIONS)
    ]


def _map(cells: pd.DataFrame, name: str, anchor: str) -> Markup:
    """One map, of the cells of one sentence: a row for each output position, a column for each source position."""
    attends = bool(cells["attention_weight"].notna().all())
    weights = cells.pivot(
        index="output_position", columns="source_position", values="attention_weight" if attends else "gradient_norm"
    )
    if not attends:
        weights = weights.div(weights.sum(axis="columns").replace(0, 1), axis="index")
    outputs = cells.drop_duplicates("output_position").set_index("output_position")["output"].sort_index()
    sources = cells.drop_duplicates("source_position").set_index("source_position")["source"].sort_index()
    label = f"{'Attention' if attends else 'Share of the gradient'}, {name}: " + "; ".join(
        f"{outputs[row]} most from {sources[column]}" for row, column in weights.idxmax(axis="columns").items()
    )
    title = "attention weight" if attends else "share of the gradient norms"
    caption = join([name, ": ", code(" ".join(outputs)), "."])
    drawn = {row: columns.to_dict() for row, columns in weights.iterrows()}
    drawing = encoder_figures.saliency_map(drawn, outputs.tolist(), sources.tolist(), title, anchor, label)
    return figure(drawing, caption)
