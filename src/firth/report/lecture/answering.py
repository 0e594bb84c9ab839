"""The block on answering questions about a story."""

import pandas as pd
from markupsafe import Markup

from firth.report import encoder_figures
from firth.report.findings import Findings
from firth.report.lecture import block_commands
from firth.report.lecture.block import Block, Judgment, decided
from firth.report.lecture.reasons import BASELINE, EXACT_MATCH, NO_BASELINE, NO_ENCODER_DECODER, because
from firth.report.lecture.sequence_texts import attention_name, of_first_split, with_interval
from firth.report.markup import Content, figure, in_language, join, small, table
from firth.report.names import ATTENTIONS, in_order
from firth.report.result_tables import curves, in_text

BASELINES = {
    "question_alone": "the most frequent answer to the question",
    "last_place": "the last place that the story names",
}


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
    groups = findings.of_task("answer_groups", "qa")
    there = groups[(groups["grouping"] == "sentences") & (groups["split"] == groups["split"].min())]
    there = there.dropna(subset=["exact_match"]).astype({"group": int}).sort_values("group", kind="stable")
    drawn = curves(there, "attention", "group", "exact_match")
    drawn = {name: drawn[name] for name in groups["attention"].unique() if name in drawn}
    if not drawn:
        return None
    label = f"Exact match by sentences in the story: {in_text(drawn)}"
    best = _baseline(_scores(findings))
    svg = encoder_figures.accuracy_by_length(drawn, best[1] if best else None, "answers-length", label)
    return figure(svg, f"The best simple baseline is {best[0]}." if best else None)


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
