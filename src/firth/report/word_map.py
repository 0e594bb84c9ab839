"""A map of word vectors: words that keep the same company stand together."""

from collections import Counter
from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
from gensim.models import KeyedVectors
from numpy.typing import NDArray
from sklearn.manifold import TSNE

from firth.measures.shown_words import content_words
from firth.report.figures import PALETTE, SHAPES, svg

WIDTH, HEIGHT = 560, 300  # pixels of the plot
MARGIN = 20
FONT_SIZE = 12
PERPLEXITY = 30
MAPPED_WORDS, FEWEST_WORDS = 90, 4
MOST_CLASSES = 8
WORDS_A_CLASS = 12
FREQUENT = 800  # the classes with most words among so many of the most frequent are the ones to show


def map_of(vectors: KeyedVectors, classes: Mapping[str, str] | None, seed: int) -> str | None:
    """Map frequent words of the corpus's classes, or words that carry content where it has no classes.

    Parameters
    ----------
    classes : word → class.
    """
    tokens: list[str] = vectors.index_to_key
    words = frequent_members(tokens, classes) if classes else content_words(tokens)[:MAPPED_WORDS]
    if len(words) < FEWEST_WORDS:
        return None
    points = positions(np.stack([vectors[word] for word in words]), seed)
    label = f"Map of {len(words)} words in two dimensions; the table of nearest words says the same in text."
    return word_map(words, points, [classes[word] for word in words] if classes else None, "word-map", label)


def frequent_members(words: Sequence[str], classes: Mapping[str, str]) -> list[str]:
    """Words to map where words have classes: the most frequent ones of the best represented classes.

    Parameters
    ----------
    words : in order of frequency.
    classes : word → class; words without one are left out.
    """
    known = [word for word in words if word in classes]
    counts = Counter(classes[word] for word in known[:FREQUENT])
    shown = sorted(counts, key=lambda item: (-counts[item], item))[:MOST_CLASSES]
    chosen = {word for item in shown for word in [w for w in known if classes[w] == item][:WORDS_A_CLASS]}
    return [word for word in known if word in chosen]


def positions(vectors: NDArray[np.floating], seed: int) -> NDArray[np.float64]:
    """Place words in the plane: (N, D) vectors → (N, 2) pixels, whole numbers.

    t-SNE (van der Maaten & Hinton, 2008) on unit vectors, whose distances rank pairs as the cosine does; exact rather
    than Barnes–Hut, because its sums have a fixed order.
    """
    units = np.asarray(vectors, dtype=np.float64)
    units = units / np.maximum(np.linalg.norm(units, axis=1, keepdims=True), 1e-12)
    perplexity = min(PERPLEXITY, (len(units) - 1) / 3)
    tsne = TSNE(2, perplexity=perplexity, method="exact", init="random", random_state=seed)
    placed = tsne.fit_transform(units)
    low, high = placed.min(axis=0), placed.max(axis=0)
    inside = np.array([WIDTH, HEIGHT]) - 2 * MARGIN
    return np.round(MARGIN + inside * (placed - low) / np.maximum(high - low, 1e-12))


def label_places(words: Sequence[str], points: NDArray[np.float64]) -> dict[int, tuple[float, float]]:
    """Centers of the labels that fit beside their points without touching a point or a label; earlier words first.

    Returns
    -------
    dict
        Position of a word in ``words`` → center of its label in pixels; words without room are missing.
    """
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in points]
    centers: dict[int, tuple[float, float]] = {}
    for number, (word, (x, y)) in enumerate(zip(words, points, strict=True)):
        half_width, half_height = 0.29 * FONT_SIZE * len(word) + 1, 0.5 * FONT_SIZE
        aside, above = half_width + 6, half_height + 5
        for dx, dy in ((aside, 0), (-aside, 0), (0, above), (0, -above), (aside, above), (-aside, -above)):
            box = (x + dx - half_width, y + dy - half_height, x + dx + half_width, y + dy + half_height)
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= WIDTH and box[3] <= HEIGHT
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                centers[number] = (float(x + dx), float(y + dy))
                break
    return centers


def word_map(
    words: Sequence[str], points: NDArray[np.float64], classes: Sequence[str] | None, name: str, label: str
) -> str:
    """Draw the map; ``classes`` (one a word, at most twelve different ones, or None) color and shape the points."""
    scale = alt.Scale(domain=[0, WIDTH], nice=False), alt.Scale(domain=[0, HEIGHT], nice=False)
    axis = alt.Axis(labels=False, ticks=False, grid=False)
    x = alt.X("x:Q", title="first t-SNE dimension (no unit)", scale=scale[0], axis=axis)
    y = alt.Y("y:Q", title="second t-SNE dimension (no unit)", scale=scale[1], axis=axis)
    values = [
        {"x": point[0], "y": point[1], "class": item}
        for point, item in zip(points.tolist(), classes or [""] * len(words), strict=True)
    ]
    dots = alt.Chart(alt.Data(values=values)).mark_point(filled=True, size=45, opacity=0.9).encode(x=x, y=y)
    if classes:
        domain = sorted(set(classes))
        colors = [PALETTE[number % len(PALETTE)] for number in range(len(domain))]
        shapes = [SHAPES[number // len(PALETTE)] for number in range(len(domain))]
        legend = alt.Legend(columns=4)
        dots = dots.encode(
            color=alt.Color("class:N", scale=alt.Scale(domain=domain, range=colors), legend=legend),
            shape=alt.Shape("class:N", scale=alt.Scale(domain=domain, range=shapes), legend=legend),
        )
    else:
        dots = dots.encode(color=alt.value(PALETTE[0]))
    centers = label_places(words, points)
    texts = [{"x": px, "y": py, "word": words[number]} for number, (px, py) in centers.items()]
    labels = alt.Chart(alt.Data(values=texts)).mark_text(fontSize=FONT_SIZE).encode(x=x, y=y, text="word:N")
    return svg((dots + labels).properties(width=WIDTH, height=HEIGHT), name, label)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
