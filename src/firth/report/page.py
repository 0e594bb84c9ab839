"""The report: one page that holds everything it needs and opens without a network."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from firth.report.findings import Findings, held_out_splits, in_words, pick
from firth.report.markup import Content, Markup, fold, join, section, table
from firth.report.model_sections import FLOOR, baselines, encoder_decoders_section, language_models_section
from firth.report.study_sections import studies_section
from firth.report.table import metric_rows, readable
from firth.report.word_sections import cooccurrence_section, representation_scores, vectors_section

ROLES = {
    "embeddings": "word vectors",
    "lm": "language models",
    "translation": "translation",
    "qa": "question answering",
}
CONTENTS = {
    "run": "What was run",
    "headline": "Main results",
    "counts": "Counting neighbors",
    "vectors": "Word vectors",
    "language-models": "Language models",
    "encoder-decoders": "Encoder–decoders",
    "studies": "Studies",
    "metrics": "All metrics",
}


def render_page(findings: Findings) -> str:
    """The whole page as HTML; the same findings give the same bytes, and a section without results is left out."""
    sections = {
        "run": _run_section(findings),
        "headline": _headline_section(findings),
        "counts": cooccurrence_section(findings),
        "vectors": vectors_section(findings),
        "language-models": language_models_section(findings),
        "encoder-decoders": encoder_decoders_section(findings),
        "studies": studies_section(findings),
        "metrics": _metrics_section({**findings.metrics, **_named(findings.studies, "study")}),
    }
    there = {anchor: content for anchor, content in sections.items() if content}
    links = "".join(f'<li><a href="#{anchor}">{CONTENTS[anchor]}</a></li>' for anchor in there)
    style = files("firth.report").joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>Firth: results</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        "<header>\n<h1>Firth</h1>\n<p>Words by the company they keep: counts, vectors, language models and "
        f'encoder–decoders.</p>\n<nav aria-label="Contents"><ul>{links}</ul></nav>\n</header>\n'
        f"<main>\n{join(there.values()).code}</main>\n</body>\n</html>\n"
    )


def _run_section(findings: Findings) -> Markup | None:
    corpora = [
        [
            ROLES[role],
            corpus.get("name"),
            _language(corpus.get("language")),
            corpus.get("license"),
            corpus.get("citation"),
        ]
        for role, corpus in findings.corpora.items()
    ]
    settings: list[list[Content]] = [[name, _settings(values)] for name, values in findings.settings.items()]
    parts = [
        table("Texts", ["for", "corpus", "language", "license", "source"], corpora, "texts stack"),
        table("Settings", ["part", "values"], settings, "settings"),
    ]
    return section("run", CONTENTS["run"], parts)


def _headline_section(findings: Findings) -> Markup | None:
    rows = [*_vector_rows(findings), *_language_model_rows(findings), *_encoder_decoder_rows(findings)]
    parts = [
        table("The main result of each model", ["model", "score", "value", "beside it"], rows, "headline", names=2)
    ]
    return section("headline", CONTENTS["headline"], parts)


def _vector_rows(findings: Findings) -> list[list[Content]]:
    """The first score of each kind of vector, beside that of the raw counts."""
    scores = representation_scores(findings.metrics)
    plain = scores.get("raw counts", {})
    rows: list[list[Content]] = []
    for name in ("SVD", "word2vec"):
        if name in scores:
            measure, value = next(iter(scores[name].items()))
            beside = f"{readable(plain[measure])} with raw counts" if measure in plain else ""
            rows.append([name, measure, value, beside])
    return rows


def _language_model_rows(findings: Findings) -> list[list[Content]]:
    rows: list[list[Content]] = []
    for name, values in findings.language_models().items():
        perplexity, ratio = pick(values, "test", "perplexity"), pick(values, "test", FLOOR)
        if perplexity is not None:
            beside = f"{readable(ratio)} times the floor" if ratio is not None else ""
            rows.append([name, "perplexity (test)", perplexity, beside])
    return rows


def _encoder_decoder_rows(findings: Findings) -> list[list[Content]]:
    rows: list[list[Content]] = []
    for task, measure, title in (("translation", "bleu", "BLEU"), ("qa", "exact_match", "exact match")):
        for name, run in findings.encoder_decoders(task).items():
            for split, values in held_out_splits(findings.metrics[run]).items():
                best = max((pick(scores, measure) or 0 for scores in baselines(values).values()), default=None)
                beside = f"{readable(best)} by the best baseline" if best is not None else ""
                if measure in values:
                    rows.append([f"{ROLES[task]}, {name}", f"{title} ({in_words(split)})", values[measure], beside])
    return rows


def _metrics_section(metrics: Mapping[str, Any]) -> Markup | None:
    rows = metric_rows(dict(metrics))
    content = table("Every number of every run", ["run", "metric", "value"], rows, "all", names=2)
    return section("metrics", CONTENTS["metrics"], [fold(f"{len(rows)} metrics", content)] if content else [])


def _named(runs: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {f"{kind}-{run}": values for run, values in runs.items()}


def _settings(values: Mapping[str, Any]) -> Markup:
    items = (
        join([Markup('<span class="setting">'), in_words(key), Markup(" <b>"), _value(value), Markup("</b></span>")])
        for key, value in values.items()
    )
    return join(items, " ")


def _value(value: Any) -> str:
    """A setting as it stands in params.yaml: exactly, since 0.00025 rounded is another experiment."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _language(language: Any) -> str:
    return f"{language['source']} → {language['target']}" if isinstance(language, Mapping) else str(language or "")
