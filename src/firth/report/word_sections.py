"""The page's sections on words: the course's example of counting, and word vectors."""

import pandas as pd

from firth.measures.analogies import GOOGLE
from firth.report.findings import Findings
from firth.report.markup import Content, Markup, code, figure, join, paragraph, ranked, section, shaded, small, table
from firth.report.names import REPRESENTATIONS, display_name, with_names
from firth.report.neighbors import Ranked
from firth.report.result_tables import pivoted, rows_of

CLASS_MEASURES = {
    "nearest_neighbor_accuracy": "nearest-neighbor accuracy",
    "neighbor_purity": "ten nearest of the same class",
}
VOCABULARIES = {"restricted": "frequent words", "unrestricted": "all words"}  # of analogies
FORMULAS = {"add": "3CosAdd", "multiply": "3CosMul"}


def cooccurrence_section(findings: Findings) -> Markup | None:
    """Counts and PPMI of a few words, and how empty the whole table is."""
    example = findings.example
    window = findings.settings.get("co-occurrence", {}).get("context_window")
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
        _size(findings.table("counts")),
    ]
    return section("counts", "Counting neighbors", parts)


def vectors_section(findings: Findings) -> Markup | None:
    """A map of the vectors, nearest neighbors, and scores beside the simpler representations."""
    parts = [
        _map(findings),
        _neighbors(findings),
        _scores(representation_scores(findings)),
    ]
    return section("vectors", "Word vectors", parts)


def representation_scores(findings: Findings) -> pd.DataFrame:
    """Scores of word vectors, from one-hot vectors on: columns representation, measure, score, low and high.

    Representations and measures have names for people; what could not be measured is left out.
    """
    there = findings.table("vectors").dropna(subset=["score"])
    named = with_names(there, "representation", REPRESENTATIONS)
    return named.assign(measure=named["measure"].map(measure_name).astype(object))


def measure_name(measure: str) -> str:
    """``men_spearman`` → men (Spearman); ``analogies_restricted_add`` → …, frequent words (3CosAdd)."""
    if measure in CLASS_MEASURES:
        return CLASS_MEASURES[measure]
    if measure.endswith("_spearman"):
        return f"{measure.removesuffix('_spearman')} (Spearman)"
    name, vocabulary, formula = measure.rsplit("_", 2)
    gold_set = name.removeprefix("analogies").removeprefix("_") or GOOGLE
    return f"{gold_set}, {VOCABULARIES[vocabulary]} ({FORMULAS[formula]})"


def _size(counts: pd.DataFrame) -> Markup | None:
    header = ["cells", "not zero", "share not zero", "dense (MB)", "sparse (MB)"]
    rows: list[list[Content]] = [
        [
            int(row.cells),
            int(row.nonzeros),
            f"{row.density:.2%}",
            f"{row.bytes_dense / 1e6:,.2f}",
            f"{row.bytes_sparse / 1e6:,.2f}",
        ]
        for row in counts.itertuples()
    ]
    return table("Size of the whole count table", header, rows, "numbers", names=0)


def _scores(scores: pd.DataFrame) -> Markup | None:
    """A row for each measure, a column for each representation; a score has its interval beside it, if it has one."""
    intervals = [
        f"[{low:.2f}, {high:.2f}]" if pd.notna(low) and pd.notna(high) else None
        for low, high in zip(scores["low"], scores["high"], strict=True)
    ]
    beside = [_beside(score, interval) for score, interval in zip(scores["score"].tolist(), intervals, strict=True)]
    wide = pivoted(
        scores.assign(shown=pd.Series(beside, index=scores.index, dtype=object)), "measure", "representation", "shown"
    )
    return table(
        "Scores of each way to represent a word: shares, and Spearman’s rank correlations with people’s judgments, "
        "each with the interval that holds it in 95 % of resamples of the pairs",
        ["score", *wide.columns],
        rows_of(wide.reset_index()),
        "scores",
    )


def _beside(value: float | None, interval: str | None) -> Content:
    return join([value, " ", small(interval)]) if interval else value


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
    names = [display_name(model, REPRESENTATIONS) for model in models]
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
    return shaded(number, shade)


def _list(found: Ranked) -> Markup:
    return ranked([(word, _short(value)) for word, value in found])


def _short(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and value >= 1 else f"{value:.2f}"
