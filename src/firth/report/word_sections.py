"""The page's sections on words: the course's example of counting, and word vectors."""

from collections.abc import Mapping
from typing import Any

from firth.report.findings import Findings, pick
from firth.report.markup import Content, Markup, code, figure, join, paragraph, section, table
from firth.report.metrics import flatten
from firth.report.neighbors import Ranked

REPRESENTATIONS = {
    "one_hot": "one-hot",
    "raw_counts": "raw counts",
    "ppmi": "PPMI",
    "svd": "SVD",
    "word2vec": "word2vec",
}
MEASURES = {
    "class_recovery": "nearest word of the same class",
    "neighbor_purity": "ten nearest of the same class",
    "spearman": "Spearman",
    "add": "3CosAdd",
    "multiply": "3CosMul",
}
TASKS = {
    "google-analogies.restricted": "google-analogies, frequent words",
    "google-analogies.unrestricted": "google-analogies, all words",
}


def cooccurrence_section(findings: Findings) -> Markup | None:
    """Counts and PPMI of a few words, and how empty the whole table is."""
    example = findings.example
    window = pick(findings.settings, "co-occurrence", "context_window")
    parts = [
        paragraph(
            "How often a word stands near another one, at most ",
            join([window, " places away" if window != 1 else " place away"]),
            " and in the same sentence. Raw counts are largest for neighbors that everything has; positive pointwise "
            "mutual information (PPMI) keeps what stands near the word more often than chance would have it.",
        ),
        _missing(findings),
        table("Counts", ["", *example.columns], _matrix(example.words, example.counts), "heat"),
        table("PPMI (nats) of the same cells", ["", *example.columns], _matrix(example.words, example.ppmi), "heat"),
        table(
            "Each word's first neighbors",
            ["word", "by count", "by PPMI"],
            [[w, _list(example.frequent[w]), _list(example.telling[w])] for w in example.words],
            "lists stack",
        ),
        table(
            "Size of the whole count table",
            ["cells", "not zero", "share not zero", "dense (MB)", "sparse (MB)"],
            [
                [
                    example.cells,
                    example.nonzeros,
                    f"{example.nonzeros / example.cells:.2%}",
                    f"{example.dense_bytes / 1e6:,.2f}",
                    f"{example.sparse_bytes / 1e6:,.2f}",
                ]
            ],
            "numbers",
            names=0,
        ),
    ]
    return section("counts", "Counting neighbors", parts)


def vectors_section(findings: Findings) -> Markup | None:
    """A map of the vectors, nearest neighbors, and scores beside the simpler representations."""
    parts = [
        _map(findings),
        _neighbors(findings),
        _scores(findings.metrics),
    ]
    return section("vectors", "Word vectors", parts)


def representation_scores(metrics: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Representation → {score: value}, from one-hot vectors on; those that were measured."""
    numbers = {name: _measures(values) for name, values in _representations(metrics).items()}
    return {name: scores for name, scores in numbers.items() if scores}


def _representations(metrics: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Representation → its metrics, flat."""
    svd, word2vec = metrics.get("svd", {}), metrics.get("word2vec", {})
    groups = {name: pick(svd, key) for key, name in REPRESENTATIONS.items()}
    groups["word2vec"] = pick(word2vec, "word2vec") or word2vec
    return {name: flatten(dict(group)) for name, group in groups.items() if isinstance(group, Mapping)}


def _measures(values: Mapping[str, Any]) -> dict[str, float]:
    """The scores among a representation's metrics, under names for people; how much gold they cover is left out."""
    return {
        _title(path): value
        for path, value in values.items()
        if path.rpartition(".")[2] in MEASURES and value is not None
    }


def _title(path: str) -> str:
    task, _, measure = path.rpartition(".")
    return f"{TASKS.get(task, task)} ({MEASURES[measure]})" if task else MEASURES[measure]


def _intervals(values: Mapping[str, Any]) -> dict[str, str]:
    """The 95 % intervals among a representation's metrics, under the names of their scores."""
    return {
        _title(path): f"[{low:.2f}, {high:.2f}]"
        for path in values
        if path.endswith(".spearman")
        and (low := values.get(f"{path}_low")) is not None
        and (high := values.get(f"{path}_high")) is not None
    }


def _scores(metrics: Mapping[str, Any]) -> Markup | None:
    scores = representation_scores(metrics)
    intervals = {name: _intervals(values) for name, values in _representations(metrics).items()}
    measures = list(dict.fromkeys(measure for values in scores.values() for measure in values))
    rows: list[list[Content]] = [
        [measure, *(_beside(values.get(measure), intervals[name].get(measure)) for name, values in scores.items())]
        for measure in measures
    ]
    return table(
        "Scores of each way to represent a word: shares, and Spearman’s rank correlations with people’s judgments, "
        "each with the interval that holds it in 95 % of resamples of the pairs",
        ["score", *scores],
        rows,
        "scores",
    )


def _beside(value: float | None, interval: str | None) -> Content:
    return join([value, Markup(" <small>"), interval, Markup("</small>")]) if interval else value


def _map(findings: Findings) -> Markup | None:
    if findings.word_map is None:
        return None
    caption = (
        "word2vec vectors of frequent words in two dimensions (t‑SNE). Words that stand close keep the same company; "
        "distances between far groups mean little."
    )
    return figure(findings.word_map, caption, "wide")


def _neighbors(findings: Findings) -> Markup | None:
    models = findings.neighbors
    if not models:
        return None
    rows: list[list[Content]] = [
        [word, *(_list(words.get(word, [])) for words in models.values())]
        for word in findings.example.words
        if any(word in words for words in models.values())
    ]
    names = [REPRESENTATIONS.get(model, model) for model in models]
    return table("Nearest words, with cosine", ["word", *names], rows, "lists stack")


def _missing(findings: Findings) -> Markup | None:
    if not findings.missing_words:
        return None
    words = join((code(word) for word in findings.missing_words), ", ")
    return paragraph("Not in the vocabulary: ", words, ".", kind="note")


def _matrix(words: list[str], values: list[list[float]]) -> list[list[Content]]:
    """Rows of shaded cells; the shade is the value's share of the row's largest, in five steps, and zero is bare."""
    rows: list[list[Content]] = []
    for word, row in zip(words, values, strict=True):
        largest = max(row, default=0) or 1
        rows.append([word, *(_cell(value, round(4 * value / largest)) for value in row)])
    return rows


def _cell(value: float, shade: int) -> Markup:
    number = f"{value:,.0f}" if value == int(value) else f"{value:.2f}"
    return Markup(f'<span class="shade{shade}">{number}</span>')


def _list(ranked: Ranked) -> Markup:
    items = (
        join([Markup('<span class="ranked">'), word, Markup(" <small>"), _short(value), Markup("</small></span>")])
        for word, value in ranked
    )
    return join(items, " ")


def _short(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and value >= 1 else f"{value:.2f}"
