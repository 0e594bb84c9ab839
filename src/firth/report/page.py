"""The report: one page that holds everything it needs and opens without a network."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from firth.measures.not_measured import by_reason
from firth.measures.result_columns import COLUMNS, typed
from firth.report.encoder_sections import SCORES, baselines, encoder_decoders_section
from firth.report.findings import Findings
from firth.report.introduction import corpora_table, introduction
from firth.report.language_sections import language_models_section
from firth.report.lecture.block import Chapter
from firth.report.lecture.chapters import CHAPTERS
from firth.report.markup import ENVIRONMENT, Content, Markup, code, fold, join, named_values, section, table
from firth.report.names import LANGUAGE_MODELS, ROLES, in_words, with_names
from firth.report.readable import readable
from firth.report.result_tables import rows_of
from firth.report.study_sections import studies_section
from firth.report.word_sections import cooccurrence_section, representation_scores, vectors_section
from firth.tables import flatten

PICKED = ("neighbors",)  # tables that a reader looks up word by word


def render_page(findings: Findings) -> str:
    """The whole page as HTML; the same findings give the same bytes, and a part without results is left out."""
    return ENVIRONMENT.get_template("page.html.j2").render(
        introduction=introduction(findings),
        chapters=[_chapter(chapter, findings) for chapter in CHAPTERS if chapter.blocks],
        details=[part for part in _details(findings) if part],
    )


def _chapter(chapter: Chapter, findings: Findings) -> dict[str, Any]:
    """A chapter with what this run has to say, for the template."""
    blocks = [
        {
            "anchor": block.anchor,
            "title": block.title,
            "is_study": block.is_study,
            "judgment": block.judge(findings),
            "figure": block.draw(findings),
            "example": block.example(findings),
            "command": block.command(findings),
        }
        for block in chapter.blocks
    ]
    return {"anchor": chapter.anchor, "title": chapter.title, "blocks": blocks}


def _details(findings: Findings) -> list[Markup | None]:
    """All that was measured, each part folded."""
    return [
        _headline_section(findings),
        cooccurrence_section(findings),
        vectors_section(findings),
        language_models_section(findings),
        encoder_decoders_section(findings),
        studies_section(findings),
        _run_section(findings),
        _metrics_section(findings),
    ]


def _run_section(findings: Findings) -> Markup | None:
    settings: list[list[Content]] = [[name, _settings(values)] for name, values in findings.settings.items()]
    parts = [corpora_table(findings), table("Settings", ["part", "values"], settings, "settings")]
    return section("run", "Texts and settings", parts)


def _headline_section(findings: Findings) -> Markup | None:
    rows = [*_vector_rows(findings), *_language_model_rows(findings), *_encoder_decoder_rows(findings)]
    parts = [
        table("The main result of each model", ["model", "score", "value", "beside it"], rows, "headline", names=2),
        table("Not measured", ["numbers", "why"], _not_measured(findings), "stack", names=1),
    ]
    return section("headline", "Main results", parts)


def _not_measured(findings: Findings) -> list[list[Content]]:
    """A row for each reason, with the numbers that have it."""
    reasons = findings.table("not_measured")
    found = by_reason(dict(zip(reasons["number"], reasons["reason"], strict=True)))
    return [[join(map(code, names), ", "), reason] for reason, names in found.items()]


def _vector_rows(findings: Findings) -> list[list[Content]]:
    """The first score of each kind of vector, beside that of the raw counts."""
    scores = representation_scores(findings)
    plain = scores[scores["representation"] == "raw counts"].set_index("measure")["score"]
    first = scores[scores["representation"].isin(["SVD", "word2vec"])].drop_duplicates("representation")
    return [
        [name, measure, value, f"{readable(plain[measure])} with raw counts" if measure in plain else ""]
        for name, measure, value in rows_of(first[["representation", "measure", "score"]])
    ]


def _language_model_rows(findings: Findings) -> list[list[Content]]:
    frame = with_names(findings.table("perplexity"), "model", LANGUAGE_MODELS)
    test = frame[frame["split"] == "test"].dropna(subset=["perplexity"])
    return [
        [name, "perplexity (test)", perplexity, f"{readable(ratio)} times the source perplexity" if ratio else ""]
        for name, perplexity, ratio in rows_of(test[["model", "perplexity", "perplexity_over_source"]])
    ]


def _encoder_decoder_rows(findings: Findings) -> list[list[Content]]:
    rows: list[list[Content]] = []
    for task, measure in (("translation", "bleu"), ("qa", "exact_match")):
        scores = findings.of_task(SCORES[task], task)
        best = baselines(scores).groupby("split")["exact_match"].max()
        for name, split, value in rows_of(scores.dropna(subset=[measure])[["attention", "split", measure]]):
            beside = f"{readable(float(best[split]))} by the best baseline" if split in best else ""
            rows.append([f"{ROLES[task]}, {name}", f"{in_words(measure)} ({in_words(split)})", value, beside])
    return rows


def _metrics_section(findings: Findings) -> Markup | None:
    """The main numbers, and every table, folded."""
    headline: list[list[Content]] = [[name, value] for name, value in findings.headline.items()]
    tables = {name: typed(name, frame) if name in COLUMNS else frame for name, frame in findings.tables.items()}
    folded = [
        _folded(f"{name} ({_rows(frame)})", f"{name}.csv", frame)
        for name, frame in tables.items()
        if name not in PICKED
    ]
    studies = _study_numbers(findings)
    parts = [
        table("Main numbers (headline.json)", ["metric", "value"], headline, "all"),
        *folded,
        _folded(f"studies ({_rows(studies)})", "Every number of every study", studies),
    ]
    return section("metrics", "All metrics", parts)


def _folded(summary: str, caption: str, frame: pd.DataFrame) -> Markup | None:
    """A whole table that opens at a click; columns without any value are left out."""
    shown = frame.mask(frame.eq("")).dropna(axis="columns", how="all")
    content = table(caption, [in_words(column) for column in shown.columns], rows_of(shown), "all")
    return fold(summary, content) if content else None


def _rows(frame: pd.DataFrame) -> str:
    return "1 row" if len(frame) == 1 else f"{len(frame):,} rows"


def _study_numbers(findings: Findings) -> pd.DataFrame:
    rows = [
        (f"study-{run}", name, readable(value))
        for run, found in findings.studies.items()
        for name, value in flatten(dict(found)).items()
    ]
    return pd.DataFrame(rows, columns=["run", "metric", "value"])


def _settings(values: Mapping[str, Any]) -> Markup:
    return named_values({in_words(key): _value(value) for key, value in values.items()})


def _value(value: Any) -> str:
    """A setting as it stands in params.yaml: exactly, since 0.00025 rounded is another experiment."""
    return str(value).lower() if isinstance(value, bool) else str(value)
