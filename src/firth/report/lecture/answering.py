"""The block on answering questions about a story."""

import numpy as np
import pandas as pd
from markupsafe import Markup

from firth.report import encoder_figures
from firth.report.findings import Findings
from firth.report.lecture import block_commands
from firth.report.lecture.block import Block, Judgment, decided
from firth.report.lecture.reasons import BASELINE, EXACT_MATCH, NO_BASELINE, NO_ENCODER_DECODER, because
from firth.report.lecture.sequence_texts import FEWEST, attention_name, first_split, of_first_split, with_interval
from firth.report.markup import Content, figure, in_language, join, small, table
from firth.report.names import ATTENTIONS, in_order
from firth.report.result_tables import curves, in_text

BASELINES = {
    "question_alone": "the most frequent answer to the question",
    "last_place": "the last place that the story names",
}
MOST_LENGTHS = 10  # points that a figure has room for


def _judge(findings: Findings) -> Judgment:
    scores = _scores(findings)
    if scores.empty:
        return because(findings, EXACT_MATCH, NO_ENCODER_DECODER)
    found = _baseline(scores)
    if found is None:
        return because(findings, BASELINE, NO_BASELINE)
    (name, baseline), key = found, scores["exact_match"].idxmax()
    best = scores.loc[key]
    low = best["exact_match_low"]
    number = with_interval(best, "exact_match", 3)
    finding = (
        f"Of {int(best['questions']):,} questions, a share of {number} is answered to the word {attention_name(key)}; "
        f"by the best simple baseline, {name}, {baseline:.3f}."
    )
    return decided((low if pd.notna(low) else best["exact_match"]) > baseline, finding, number)


def _scores(findings: Findings) -> pd.DataFrame:
    """Scores on the first test split, by attention, in order."""
    scores = of_first_split(findings, "answers", "qa").dropna(subset=["questions", "exact_match"])
    return scores.loc[in_order(scores.index, ATTENTIONS)]


def _baseline(scores: pd.DataFrame) -> tuple[str, float] | None:
    """The best baseline and its exact match; None where no baseline was scored."""
    found = scores[list(BASELINES)].max().dropna()
    return (BASELINES[str(found.idxmax())], float(found.max())) if len(found) else None


def _draw(findings: Findings) -> Markup | None:
    groups = _by_length(findings)
    if groups.empty:
        return None
    drawn = curves(groups, "attention", "lengths", "exact_match")
    few = groups.loc[groups["questions"] < FEWEST, "lengths"].unique().tolist()
    label = f"Exact match by sentences in the story: {in_text(drawn)}"
    best = _baseline(_scores(findings))
    caption = f"The best simple baseline is {best[0]}." if best else ""
    if few:
        caption += f" Hollow points are of fewer than {FEWEST} questions."
    svg = encoder_figures.accuracy_by_length(drawn, few, best[1] if best else None, "answers-length", label)
    return figure(svg, caption.strip() or None)


def _by_length(findings: Findings) -> pd.DataFrame:
    """Exact match by the length of the story: a row for each attention and each of its ``lengths``, in order.

    Lengths are single numbers of sentences or, of more than ``MOST_LENGTHS``, groups that double: 1, 2, 3–4, 5–8, ….
    """
    groups = first_split(findings.of_task("answer_groups", "qa"))
    there = groups[groups["grouping"] == "sentences"].dropna(subset=["exact_match", "questions"])
    length = there["group"].astype(int)
    many = length.nunique() > MOST_LENGTHS
    last = 2 ** np.ceil(np.log2(length.clip(lower=1))).astype(int) if many else length
    right = there.assign(last=last, right=there["exact_match"] * there["questions"])
    sums = right.groupby(["attention", "last"], sort=False)[["right", "questions"]].sum().reset_index()
    sums["exact_match"] = sums["right"] / sums["questions"]
    first = sums["last"] // 2 + 1 if many else sums["last"]
    names = [str(high) if low >= high else f"{low}–{high}" for low, high in zip(first, sums["last"], strict=True)]
    place = sums["attention"].map({name: number for number, name in enumerate(there["attention"].unique())})
    return sums.assign(lengths=names, place=place).sort_values(["place", "last"])


def _show_answers(findings: Findings) -> Markup | None:
    """What each model answers to the first example."""
    examples = findings.of_task("example_outputs", "qa")
    first = examples[examples["sentence"] == examples["sentence"].min()]
    if first.empty:
        return None
    rows: list[list[Content]] = []
    for name, output, unknown in zip(first["attention"], first["output"], first["unknown"], strict=True):
        note = small(f"(out of vocabulary: {unknown})") if unknown else ""
        rows.append([name, join([in_language(output, findings.language("qa", "target")), " ", note])])
    return table(first["source"].iloc[0], ["model", "answer"], rows)


ANSWERS = Block(
    "questions",
    (30,),
    "“Tim is playing in his room. Where is Tim?” is answered by the same kind of network",
    ("answers",),
    "the interval of the best model's exact match lies above the better of two simple baselines: "
    + ", and ".join(BASELINES.values()),
    _judge,
    _draw,
    _show_answers,
    lambda findings: block_commands.of_first_example(findings, "qa"),
)
