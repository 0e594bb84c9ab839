"""The blocks on the one vector between encoder and decoder, and on attention, the way past it."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pandas as pd
from markupsafe import Markup

from firth.report import encoder_figures
from firth.report.findings import Findings
from firth.report.lecture import block_commands
from firth.report.lecture.block import Block, Judgment, decided
from firth.report.lecture.reasons import BLEU, NO_ATTENTION_APART, NO_SIZES, because
from firth.report.lecture.sequence_texts import (
    FEWEST,
    MARGIN,
    attention_name,
    first_split,
    with_attention,
    with_differences,
)
from firth.report.markup import Content, figure, fold, in_language, join, paragraph, side_by_side, table
from firth.report.names import ATTENTIONS, display_name, in_order
from firth.report.result_tables import Points, by_number, curves, in_text

MOST_TOKENS = 16  # of a map that is read at a glance


def _lengths(findings: Findings) -> pd.DataFrame:
    """BLEU of the translators by source length on the first test split."""
    frame = findings.table("source_length")
    return first_split(frame[frame["task"] == "translation"].dropna(subset=["sentences", "bleu"]))


def _ends(lengths: pd.DataFrame) -> list[str]:
    """The groups of the shortest and the longest sources that have ``FEWEST`` sentences, or fewer than two groups."""
    groups = lengths[lengths["sentences"] >= FEWEST]["source_length"].unique().tolist()
    return [groups[0], groups[-1]] if len(groups) > 1 else []


def _bleu(lengths: pd.DataFrame) -> dict[str, dict[str, float]]:
    """{attention: {group of lengths: BLEU}}, in order."""
    found = {key: dict(curve) for key, curve in curves(lengths, "attention", "source_length", "bleu").items()}
    return {key: found[key] for key in in_order(found, ATTENTIONS)}


def _judge_length(findings: Findings) -> Judgment:
    lengths = _lengths(findings)
    scores, ends = _bleu(lengths), _ends(lengths)
    if "none" not in scores or not ends:
        return because(findings, BLEU, NO_ATTENTION_APART)
    short, long = ends
    of_vector = scores["none"]
    finding = (
        f"Without attention, BLEU is {of_vector[short]:.1f} on sources of {short} words and {of_vector[long]:.1f} on "
        f"{long}"
    )
    falls = of_vector[short] - of_vector[long]
    holds = falls >= MARGIN
    best = _best_attention(scores, long)
    if best:
        finding += f"; {attention_name(best)}, {scores[best][short]:.1f} and {scores[best][long]:.1f}"
        holds = holds and falls > scores[best][short] - scores[best][long]
    return decided(holds, f"{finding}.", f"{of_vector[long]:.1f}")


def _best_attention(scores: Mapping[str, Mapping[str, float]], group: str) -> str | None:
    """The attention with the highest BLEU in a group of lengths; None without any."""
    there = with_attention(pd.Index(scores))
    return max(there, key=lambda key: scores[key][group]) if there else None


def _draw_length(findings: Findings) -> Markup | None:
    lengths = _lengths(findings)
    scores = _bleu(lengths)
    if not scores:
        return None
    drawn = {display_name(key, ATTENTIONS): list(found.items()) for key, found in scores.items()}
    counts = dict(zip(lengths["source_length"], lengths["sentences"], strict=True))
    few = [group for group, sentences in counts.items() if sentences < FEWEST]
    split = str(lengths["split"].iloc[0]).replace("_", " ")
    label = f"BLEU by words in the source, {split}: {in_text(drawn)}"
    caption = "Sentences of each length: " + ", ".join(f"{group}: {n}" for group, n in counts.items()) + "."
    if few:
        caption += f" Hollow points are of fewer than {FEWEST}."
    return figure(encoder_figures.bleu_by_length(drawn, few, "translation-length", label), caption)


def _long_sample(findings: Findings) -> tuple[dict[str, Any], str] | None:
    """The longest sample that a translator with attention writes as the reference does, and the one without not.

    With it the key of that attention.
    """
    scores = _bleu(_lengths(findings))
    samples = [
        (sample, key)
        for sample in findings.samples.get("translation", [])
        for key in with_attention(pd.Index(scores))
        if sample["outputs"].get(key) == sample["reference"] != sample["outputs"].get("none", sample["reference"])
    ]
    return max(samples, key=lambda found: len(found[0]["source"]), default=None)


def _show_long(findings: Findings) -> Markup | None:
    """This sample by the two translators."""
    found = _long_sample(findings)
    if found is None:
        return None
    sample, key = found
    rows: list[list[Content]] = [
        [display_name(name, ATTENTIONS), _output(sample["outputs"][name], sample["reference"], findings)]
        for name in ("none", key)
    ]
    return table(sample["source"], ["model", "translation"], rows)


def _ask_long(findings: Findings) -> str:
    found = _long_sample(findings)
    return block_commands.of_sequence("translation", found[0]["source"], "none") if found else ""


def _output(output: str, reference: str, findings: Findings) -> Content:
    marked = with_differences(output, reference)
    return in_language(marked, findings.language("translation", "target"))


def _sizes(findings: Findings) -> list[tuple[int, Mapping[str, float]]]:
    """Units of the vector, and BLEU over all sentences and by the length of the source."""
    found = by_number(findings.studies.get("bottleneck", {}).get("by_hidden_size", {}), "hidden_size_")
    return [
        (size, {"all": values["bleu"], **_reliable(values["by_source_length"])})
        for size, values in found
        if values["bleu"] is not None
    ]


def _reliable(groups: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """BLEU of the shortest and the longest group that has ``FEWEST`` sentences."""
    there = {
        f"{group} words": found["bleu"]
        for group, found in groups.items()
        if found["sentences"] >= FEWEST and found["bleu"] is not None
    }
    return dict([*there.items()][:1] + [*there.items()][-1:])


def _judge_size(findings: Findings) -> Judgment:
    sizes = [(size, scores["all"]) for size, scores in _sizes(findings)]
    if len(sizes) < 2:
        return NO_SIZES
    (smallest, low), (largest, high) = sizes[0], sizes[-1]
    grows = all(before < after for (_, before), (_, after) in pairwise(sizes))
    finding = f"BLEU is {low:.1f} through a vector of {smallest} units and {high:.1f} through one of {largest}."
    return decided(grows and high - low >= MARGIN, finding, f"{high:.1f}")


def _draw_size(findings: Findings) -> Markup | None:
    sizes = _sizes(findings)
    names = list(dict.fromkeys(name for _, scores in sizes for name in scores))
    drawn: dict[str, Points] = {
        ("all sources" if name == "all" else name): [(size, scores[name]) for size, scores in sizes if name in scores]
        for name in names
    }
    if not drawn:
        return None
    label = f"BLEU by units of the vector: {in_text(drawn)}"
    caption = "Study of one network without attention, by the length of the source."
    return figure(encoder_figures.bleu_by_size(drawn, "bottleneck-size", label), caption)


def _judge_attention(findings: Findings) -> Judgment:
    lengths = _lengths(findings)
    scores, ends = _bleu(lengths), _ends(lengths)
    best = _best_attention(scores, ends[-1]) if ends else None
    if "none" not in scores or not best:
        return because(findings, BLEU, NO_ATTENTION_APART)
    long = ends[-1]
    sentences = int(lengths[lengths["source_length"] == long]["sentences"].iloc[0])
    finding = (
        f"On the {sentences} test sentences of {long} words, BLEU is {scores[best][long]:.1f} {attention_name(best)} "
        f"and {scores['none'][long]:.1f} without."
    )
    return decided(scores[best][long] - scores["none"][long] >= MARGIN, finding, f"{scores[best][long]:.1f}")


def _show_attended(findings: Findings) -> Markup | None:
    """Two output words of the map with the source words that they attend to, if possible in another order."""
    maps = _cells_by_map(findings)
    if not maps or not maps[0][-1]["attention_weight"].notna().all():
        return None
    task, *_, cells = maps[0]
    most = cells.loc[cells.groupby("output_position")["attention_weight"].idxmax()].sort_values("output_position")
    positions = most["source_position"].tolist()
    first = next((row for row, (one, next_one) in enumerate(pairwise(positions)) if one > next_one), 0)
    said = [
        join(
            [
                "“", in_language(row.output, findings.language(task, "target")), "” attends to “",
                in_language(row.source, findings.language(task, "source")), f"” ({row.attention_weight:.2f})",
            ]
        )
        for row in most.iloc[first : first + 2].itertuples()
    ]  # fmt: skip
    return paragraph(join(said, ", "), ".")


def _ask_attended(findings: Findings) -> str:
    """The source of the first map."""
    maps, examples = _cells_by_map(findings), findings.table("example_outputs")
    if not maps:
        return ""
    task, attention, number, _ = maps[0]
    model = (examples["task"] == task) & (examples["attention"] == attention) & (examples["sentence"] == number)
    source = examples.loc[model, "source"]
    return (
        block_commands.of_sequence(task, source.iloc[0], attention, explain=attention != "none") if len(source) else ""
    )


def _cells_by_map(findings: Findings) -> list[tuple[str, str, int, pd.DataFrame]]:
    """(task, attention, sentence, cells) of each map, the ``_rank`` of which decides on their order."""
    examples = findings.table("example_sentences").dropna(subset=["gradient_norm"])
    maps = [
        (str(task), str(attention), int(number), cells)
        for (task, attention, number), cells in examples.groupby(["task", "attention", "sentence"], sort=False)
    ]
    return sorted(maps, key=lambda found: _rank(found[0], found[1], found[3]), reverse=True)


def _rank(task: str, attention: str, cells: pd.DataFrame) -> tuple[bool, bool, int]:
    """Translations with attention rank higher, then maps of a size that is read at a glance, then larger ones."""
    is_small = max(cells["source_position"].max(), cells["output_position"].max()) <= MOST_TOKENS
    return task == "translation" and attention != "none", bool(is_small), len(cells) if is_small else -len(cells)


def _draw_maps(findings: Findings) -> Markup | None:
    """The attention of the longest example sentence; the other maps are folded."""
    maps = [_map(*found, findings) for found in _cells_by_map(findings)]
    others = side_by_side(maps[1:])
    return join([*maps[:1], *([fold("Other maps", others)] if others else [])]) or None


def _map(task: str, attention: str, number: int, cells: pd.DataFrame, findings: Findings) -> Markup:
    """One map, of the cells of one sentence: a row for each output position, a column for each source position."""
    attends = bool(cells["attention_weight"].notna().all())
    weights = cells.pivot(
        index="output_position", columns="source_position", values="attention_weight" if attends else "gradient_norm"
    )
    if not attends:
        weights = weights.div(weights.sum(axis="columns").replace(0, 1), axis="index")
    outputs = cells.drop_duplicates("output_position").set_index("output_position")["output"].sort_index()
    sources = cells.drop_duplicates("source_position").set_index("source_position")["source"].sort_index()
    name = display_name(attention, ATTENTIONS)
    label = f"{'Attention' if attends else 'Share of the gradient'}, {name}: " + "; ".join(
        f"{outputs[row]} most from {sources[column]}" for row, column in weights.idxmax(axis="columns").items()
    )
    title = "attention weight" if attends else "share of the gradient norms"
    written = in_language(" ".join(outputs), findings.language(task, "target"))
    drawn = {row: columns.to_dict() for row, columns in weights.iterrows()}
    anchor = f"map-{task}-{attention}-{number}"
    drawing = encoder_figures.saliency_map(drawn, outputs.tolist(), sources.tolist(), title, anchor, label)
    return figure(drawing, join([name, ": ", written]))


LENGTH = Block(
    "bottleneck",
    (31,),
    "The whole source goes through one vector: a bottleneck for long sentences",
    ("source_length",),
    f"without attention BLEU falls by {MARGIN} or more from the shortest sources to the longest of which there are "
    f"{FEWEST} sentences, and by more than with attention",
    _judge_length,
    _draw_length,
    _show_long,
    _ask_long,
)
SIZE = Block(
    "vector-size",
    (),
    "A larger vector holds more of the source",
    ("study:bottleneck",),
    f"BLEU grows with every size of the vector, by {MARGIN} or more in all",
    _judge_size,
    _draw_size,
)
ATTENTION = Block(
    "attention",
    (),
    "Attention is a way past the bottleneck: each word that is written looks back at the source",
    ("source_length",),
    f"with attention, BLEU on the longest sources of which there are {FEWEST} sentences is higher by {MARGIN} or more",
    _judge_attention,
    _draw_maps,
    _show_attended,
    _ask_attended,
)
