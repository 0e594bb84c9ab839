"""Drawings and examples of single words: sentences around a word, its counts, its angles, its nearest neighbors."""

import math
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import pandas as pd
from markupsafe import Markup

from firth.report.findings import Findings
from firth.report.lecture.judged_scores import LEARNED
from firth.report.markup import (
    Content,
    code,
    in_language,
    join,
    listed_sentences,
    marked,
    paragraph,
    rendered,
    shaded,
    small,
    table,
)
from firth.report.names import REPRESENTATIONS, display_name, in_order
from firth.report.readable import short

FREQUENT, TELLING = 2, 6  # columns of the example of counting: those with the largest counts, then all
LENGTH, ORIGIN = 130, (150, 178)  # of the rays of an angle, in pixels
BESIDE = 80  # degrees up to which a label stands beside the end of its ray
IN_TABLE = 3  # neighbors in the table without script, and in a sentence


def shown_words(findings: Findings) -> list[str]:
    """The words that the page shows, in the order of the params."""
    return list(dict.fromkeys(findings.table("cooccurrence_example")["word"]))


def sentences_around(findings: Findings, word: str) -> Markup | None:
    """Places of the text with the word marked, each with its context window."""
    places = findings.table("concordance")
    there = places[places["word"] == word]
    language = findings.language("embeddings")
    lines = [
        join([in_language(row.left, language), marked(word), in_language(row.right, language)], " ")
        for row in there.itertuples()
    ]
    return listed_sentences(lines) if lines else None


def counts_and_ppmi(findings: Findings) -> Markup | None:
    """The words' counts with a few neighbors, and the PPMI of the same cells, as shaded tables."""
    example = findings.table("cooccurrence_example")
    columns = _neighbors_to_show(example)
    if not columns:
        return None
    captions = {"count": "Counts: how often a word stands near another", "ppmi": "PPMI (nats) of the same cells"}
    wide = {value: example.pivot(index="word", columns="neighbor", values=value).fillna(0) for value in captions}
    parts = [
        table(caption, ["", *columns], _shaded(wide[value].loc[shown_words(findings), columns]), "heat")
        for value, caption in captions.items()
    ]
    return join(part for part in parts if part)


def angles_to_show(findings: Findings) -> pd.DataFrame:
    """The angles of the first shown word with its nearest neighbor and with the shown word farthest from it.

    Columns representation, word, other, cosine and angle; word2vec where it is built, otherwise SVD. Without angles, no
    row.
    """
    angles = findings.table("angles").dropna(subset=["angle"])
    there = angles[angles["representation"].isin(LEARNED)]
    ordered = there.iloc[there["representation"].map(LEARNED.index).argsort(kind="stable")]
    first = ordered[ordered["word"] == ordered["word"].iloc[0]] if len(ordered) else ordered
    first = first[first["representation"] == first["representation"].iloc[0]] if len(first) else first
    if len(first) < 2:
        return first.head(0)
    return first.sort_values("angle", kind="stable").iloc[[0, -1]]


def angle_drawing(findings: Findings) -> Markup | None:
    """A word, its nearest neighbor and the shown word that is farthest from it, as rays from one point."""
    chosen = angles_to_show(findings)
    if chosen.empty:
        return None
    rays = [_ray(row.other, row.cosine, row.angle, arc) for row, arc in zip(chosen.itertuples(), (86, 44), strict=True)]
    word = chosen["word"].iloc[0]
    label = f"Angles of word vectors: {word} and " + ", ".join(
        f"{ray['word']} {ray['angle']} degrees, cosine {ray['cosine']}" for ray in rays
    )
    return rendered(
        "angle.svg.j2",
        word=word,
        rays=rays,
        origin=ORIGIN,
        length=LENGTH,
        height=ORIGIN[1] + 22,
        label=label,
        language=findings.language("embeddings"),
    )


def neighbor_picker(findings: Findings) -> Markup | None:
    """Nearest neighbors in every space: of one word that a reader picks, and without script of the shown words."""
    neighbors = findings.table("neighbors").dropna(subset=["cosine"])
    shown = [word for word in shown_words(findings) if (neighbors["word"] == word).any()]
    if not shown:
        return None
    spaces = in_order(neighbors["representation"], REPRESENTATIONS)
    found = {
        word: _columns(rows, spaces) for word, rows in neighbors.sort_values("rank", kind="stable").groupby("word")
    }
    names = [display_name(space, REPRESENTATIONS) for space in spaces]
    rows: list[list[Content]] = [[word, *map(_first_neighbors, found[word])] for word in shown]
    fallback = table("Nearest words, with cosine", ["word", *names], rows)
    return rendered(
        "neighbor_picker.html.j2",
        names=names,
        words=found,
        first=shown[0],
        fallback=fallback,
        language=findings.language("embeddings"),
    )


def nearest_before_and_after_svd(findings: Findings) -> Markup | None:
    """The first shown word's nearest neighbors by rows of PPMI and by SVD."""
    words, neighbors = shown_words(findings), findings.table("neighbors").dropna(subset=["cosine"])
    if not words:
        return None
    found = _columns(neighbors[neighbors["word"] == words[0]].sort_values("rank", kind="stable"), ("ppmi", "svd"))
    if not all(found):
        return None
    before, after = map(_first_neighbors, found)
    return paragraph("Nearest to ", code(words[0]), " by PPMI: ", before, "; by SVD: ", after, ".")


def _first_neighbors(column: Sequence[tuple[str, str]]) -> Markup:
    return join((join([neighbor, " ", small(cosine)]) for neighbor, cosine in column[:IN_TABLE]), ", ")


def _neighbors_to_show(example: pd.DataFrame) -> list[str]:
    """A few neighbors: those with the largest counts, then those with the largest PPMI of each word in turn."""
    columns: list[str] = []
    for value, room in (("count", FREQUENT), ("ppmi", TELLING)):
        ranks = [
            rows.sort_values(value, ascending=False, kind="stable")["neighbor"].tolist()
            for _, rows in example.groupby("word", sort=False)
        ]
        for rank in zip_longest(*ranks):
            columns += [name for name in dict.fromkeys(rank) if name and name not in columns][: room - len(columns)]
    return columns


def _shaded(values: pd.DataFrame) -> list[list[Content]]:
    """Rows of shaded cells; the shade is the value's share of the row's largest, in five steps, and zero is bare."""
    rows: list[list[Content]] = []
    for word, row in zip(values.index, values.to_numpy().tolist(), strict=True):
        largest = max(row) or 1
        rows.append([str(word), *(shaded(short(value), round(4 * value / largest)) for value in row)])
    return rows


def _ray(word: str, cosine: float, angle: float, arc: int) -> dict[str, Any]:
    """Where one ray and its label stand, in pixels."""
    x, y = math.cos(math.radians(angle)), -math.sin(math.radians(angle))
    end = (round(ORIGIN[0] + LENGTH * x, 1), round(ORIGIN[1] + LENGTH * y, 1))
    beside = (end[0] + 10, end[1] - 10)
    above = (max(4.0, end[0] - 20), end[1] - 28)  # two lines
    return {
        "word": word,
        "cosine": f"{cosine:.2f}",
        "angle": f"{angle:.0f}",
        "end": end,
        "arc": arc,
        "arc_end": (round(ORIGIN[0] + arc * x, 1), round(ORIGIN[1] + arc * y, 1)),
        "text": above if angle > BESIDE else beside,
    }


def _columns(rows: pd.DataFrame, spaces: Sequence[str]) -> list[list[tuple[str, str]]]:
    """The neighbors of one word with their cosines, a list for each space."""
    columns: dict[str, list[tuple[str, str]]] = {space: [] for space in spaces}
    for space, neighbor, cosine in zip(rows["representation"], rows["neighbor"], rows["cosine"], strict=True):
        if space in columns:
            columns[space].append((neighbor, f"{cosine:.2f}"))
    return list(columns.values())
