"""All results on words: their first neighbors, the size of the counts, and scores of word vectors."""

import pandas as pd
from markupsafe import Markup

from firth.measures.analogies import GOOGLE
from firth.report.findings import Findings
from firth.report.markup import Content, code, join, paragraph, ranked, section, small, table
from firth.report.names import REPRESENTATIONS, with_names
from firth.report.readable import short
from firth.report.result_tables import pivoted, rows_of

CLASS_MEASURES = {
    "nearest_neighbor_accuracy": "nearest-neighbor accuracy",
    "neighbor_purity": "ten nearest of the same class",
}
VOCABULARIES = {"restricted": "frequent words", "unrestricted": "all words"}  # of analogies
FORMULAS = {"add": "3CosAdd", "multiply": "3CosMul"}
LISTED = 8  # neighbors of a word


def cooccurrence_section(findings: Findings) -> Markup | None:
    """The first neighbors of a few words by counts and by PPMI, and the size of the whole table."""
    return section(
        "counts", "Counting neighbors", [_missing(findings), _lists(findings), _size(findings.table("counts"))]
    )


def vectors_section(findings: Findings) -> Markup | None:
    """Scores of word vectors beside the simpler representations."""
    return section("vectors", "Word vectors", [_scores(representation_scores(findings))])


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


def _lists(findings: Findings) -> Markup | None:
    example = findings.table("cooccurrence_example")
    rows: list[list[Content]] = [
        [str(word), _first(cells, "count"), _first(cells, "ppmi")]
        for word, cells in example.groupby("word", sort=False)
    ]
    return table("Each word’s first neighbors", ["word", "by count", "by PPMI"], rows, "lists stack")


def _first(cells: pd.DataFrame, value: str) -> Markup:
    """The neighbors with the largest values."""
    largest = cells[cells[value] > 0].nlargest(LISTED, value)
    return ranked([(row.neighbor, short(getattr(row, value))) for row in largest.itertuples()])


def _missing(findings: Findings) -> Markup | None:
    if not findings.missing_words:
        return None
    words = join((code(word) for word in findings.missing_words), ", ")
    return paragraph("Not in the vocabulary: ", words, ".", kind="note")
