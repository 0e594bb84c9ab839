"""The page's section on encoder–decoders: scores beside the baselines, learning curves, and outputs."""

import pandas as pd
from markupsafe import Markup

from firth.report.findings import Findings
from firth.report.language_sections import curves_figure
from firth.report.lecture.answering import BASELINES
from firth.report.markup import Content, code, heading, join, paragraph, section, side_by_side, table
from firth.report.names import MEASURES, in_words
from firth.report.result_tables import curves, pivoted, rows_of
from firth.report.samples import samples_part

TITLES = {"translation": "Translation", "qa": "Answering questions"}
SCORES = {"translation": "translation", "qa": "answers"}  # task → the table with its scores
# Of bAbI's tasks 1 to 20, each learned by itself from 1,000 questions: the LSTM of Weston et al. (2015), table 3, and
# the end-to-end memory network of Sukhbaatar et al. (2015), table 1, with three hops and position encoding.
PUBLISHED_BY_TASK = {
    "LSTM (Weston et al. 2015)": (
        0.50, 0.20, 0.20, 0.61, 0.70, 0.48, 0.49, 0.45, 0.64, 0.44,
        0.72, 0.74, 0.94, 0.27, 0.21, 0.23, 0.51, 0.52, 0.08, 0.91,
    ),
    "memory network (Sukhbaatar et al. 2015)": (
        0.999, 0.784, 0.358, 0.962, 0.859, 0.921, 0.784, 0.874, 0.767, 0.826,
        0.957, 0.997, 0.901, 0.982, 1.0, 0.479, 0.499, 0.864, 0.126, 1.0,
    ),
}  # fmt: skip
PASSED = 0.95  # Weston et al. (2015), section 5


def encoder_decoders_section(findings: Findings) -> Markup | None:
    """For each task: scores beside the baselines, learning curves, and the models' outputs."""
    parts: list[Markup | None] = []
    for task, title in TITLES.items():
        scores = findings.of_task(SCORES[task], task)
        shown = [
            side_by_side([_scores(scores), _curves(findings, task)]),
            _signatures(scores),
            _by_supporting_facts(findings, task),
            _by_task(findings, task),
            samples_part(findings, task),
        ]
        if any(shown):
            parts += [heading(title), *shown]
    return section("encoder-decoders", "Encoder–decoders", parts)


def baselines(scores: pd.DataFrame) -> pd.DataFrame:
    """Exact match of each baseline on each split: columns split, baseline and exact_match."""
    once = scores.reindex(columns=["split", *BASELINES]).drop_duplicates("split")
    long = once.melt("split", var_name="baseline", value_name="exact_match").astype({"exact_match": float})
    return long.dropna(subset=["exact_match"])


def _scores(scores: pd.DataFrame) -> Markup | None:
    """A row for each model and each baseline on each test split, a column for each score."""
    measures = [name for name in (*MEASURES, "exact_match") if name in scores and scores[name].notna().any()]
    models = scores.rename(columns={"attention": "model"})
    beside = baselines(scores)
    beside = beside.assign(model=[f"baseline: {in_words(name)}" for name in beside["baseline"]])
    frames = [
        found[found["split"] == split].reindex(columns=["split", "model", *measures])
        for split in scores["split"].unique()
        for found in (models, beside)
    ]
    rows = [[in_words(split), *row] for frame in frames for split, *row in rows_of(frame)]
    return table("Scores", ["text", "model", *map(in_words, measures)], rows, names=2)


def _curves(findings: Findings, task: str) -> Markup | None:
    drawn = curves(findings.of_encoder_decoders("learning_curves", task), "model", "epoch", "valid_perplexity")
    return curves_figure(drawn, f"{task}-curves", TITLES[task])


def _signatures(scores: pd.DataFrame) -> Markup | None:
    """The conventions of the scores, as sacrebleu writes them."""
    columns = [name for name in MEASURES if f"{name}_signature" in scores]
    found = {(in_words(name), text) for name in columns for text in scores[f"{name}_signature"] if text}
    if not found:
        return None
    return paragraph(join((join([name, ": ", code(text)]) for name, text in sorted(found)), "; "), ".", kind="note")


def _by_group(findings: Findings, task: str, grouping: str) -> pd.DataFrame:
    """Exact match on the first test split: a row for each group, by its number, and a column for each model."""
    frame = findings.of_task("answer_groups", task)
    there = frame[(frame["grouping"] == grouping) & (frame["split"] == frame["split"].min())]
    numbered = there.dropna(subset=["exact_match"]).astype({"group": int})
    return pivoted(numbered, "group", "attention", "exact_match").sort_index()


def _by_supporting_facts(findings: Findings, task: str) -> Markup | None:
    """Exact match by the facts an answer rests on."""
    wide = _by_group(findings, task, "supporting_facts")
    title = "Exact match by facts the answer needs"
    return table(title, ["facts", *wide.columns], rows_of(wide.reset_index())) if len(wide) > 1 else None


def _by_task(findings: Findings, task: str) -> Markup | None:
    """Exact match on each of bAbI's tasks, beside what the literature reports."""
    wide = _by_group(findings, task, "task")
    if wide.empty:
        return None
    for name, published in PUBLISHED_BY_TASK.items():
        wide[name] = [published[number - 1] for number in wide.index]
    rows: list[list[Content]] = rows_of(wide.reset_index())
    rows.append(["mean", *wide.mean().tolist()])
    rows.append([f"tasks passed (≥ {PASSED:g})", *(wide >= PASSED).sum().tolist()])
    return table("Exact match by bAbI task", ["task", *wide.columns], rows)
