"""The compiled step against the plain one, the plain one against autograd, and the compiled samplers against chance."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from scipy.stats import chisquare
from torch.nn.functional import logsigmoid

from firth.kernels import skipgram_loops as kernel
from firth.kernels.skipgram_loops import plain_learn_block
from firth.kernels.skipgram_sampling import draw_noise
from firth.vectors.skipgram.pair_sampling import alias_table

WINDOW, RATE, NEGATIVE_SAMPLES, MARGIN = 3, 0.05, 5, 4
SIZES = [(3, 6, 0), (16, kernel.BLOCK, 1), (20, 11, 2), (100, 15, 3)]  # dimension, words of the block, seed


class Text(NamedTuple):
    """A block within a longer text, with sentence borders and repeated negatives."""

    ids: np.ndarray
    sentence: np.ndarray
    windows: np.ndarray
    negatives: np.ndarray
    first: int
    last: int


def random_text(length: int, seed: int, words: int) -> Text:
    random, size = np.random.default_rng(seed), length + 2 * MARGIN
    return Text(
        random.integers(2, words, size).astype(np.int32),
        np.sort(random.integers(0, 3, size)).astype(np.int32),
        random.integers(1, WINDOW + 1, size).astype(np.int32),
        random.integers(2, words, kernel.SHARED_NEGATIVES).astype(np.int32),
        MARGIN,
        MARGIN + length,
    )


def random_vectors(words: int, dimension: int, seed: int) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [random.standard_normal((words, dimension)) / dimension**0.5 for _ in range(2)]


def plain(text: Text, vectors: list[np.ndarray]) -> tuple[list[np.ndarray], tuple[int, float]]:
    words, contexts = (vector.copy() for vector in vectors)
    found = plain_learn_block(
        words, contexts, text.ids, text.sentence, text.windows, text.first, text.last, text.negatives, NEGATIVE_SAMPLES,
        RATE, WINDOW,
    )  # fmt: skip
    return [words, contexts], found


def compiled(text: Text, vectors: list[np.ndarray]) -> tuple[list[np.ndarray], tuple[int, float]]:
    dimension = vectors[0].shape[1]
    columns = kernel.padded(dimension)
    changed = [np.zeros((len(vector), columns), dtype=np.float32) for vector in vectors]
    for array, vector in zip(changed, vectors, strict=True):
        array[:, :dimension] = vector
    found = kernel.learn_block(
        *changed, text.ids, text.sentence, text.windows, text.first, text.last, text.negatives,
        np.float32(NEGATIVE_SAMPLES), np.float32(RATE), kernel.scratch_arrays(columns, WINDOW), True,
    )  # fmt: skip
    assert not any(array[:, dimension:].any() for array in changed)
    return [array[:, :dimension] for array in changed], found


@pytest.mark.parametrize(("dimension", "length", "seed"), SIZES)
@pytest.mark.parametrize("words", [3, 5, 40])  # of 3 and 5, a block holds some more often than REPEATS
def test_a_compiled_step_is_the_plain_step(dimension: int, length: int, seed: int, words: int) -> None:
    text, vectors = random_text(length, seed, words), random_vectors(words, dimension, seed)
    expected, (pairs, loss) = plain(text, vectors)
    found, measured = compiled(text, vectors)
    assert measured[0] == pairs > 5
    assert measured[1] == pytest.approx(loss, rel=1e-5)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize(("dimension", "length", "seed"), SIZES)
def test_the_plain_step_is_a_step_of_sgd_by_autograd(dimension: int, length: int, seed: int) -> None:
    words = 400  # so many that none occurs more often than REPEATS
    text, vectors = random_text(length, seed, words), random_vectors(words, dimension, seed)
    text = text._replace(negatives=np.arange(2, 2 + kernel.SHARED_NEGATIVES, dtype=np.int32) // 2)  # each one twice
    v, u = (torch.from_numpy(vector.copy()).requires_grad_() for vector in vectors)
    loss, pairs = torch.zeros((), dtype=torch.float64), 0
    for position in range(text.first, text.last):
        for other in range(len(text.ids)):
            near = 0 < abs(other - position) <= text.windows[position]
            if near and text.sentence[other] == text.sentence[position]:
                word, context = v[int(text.ids[position])], u[int(text.ids[other])]
                noise = u[torch.from_numpy(text.negatives).long()] @ word
                loss = loss - logsigmoid(word @ context) - NEGATIVE_SAMPLES * logsigmoid(-noise).mean()
                pairs += 1
    gradients = torch.autograd.grad(loss, (v, u))
    found, measured = plain(text, vectors)
    assert measured[0] == pairs > 5
    assert measured[1] == pytest.approx(loss.item(), rel=1e-12)
    for one, vector, gradient in zip(found, vectors, gradients, strict=True):
        np.testing.assert_allclose(one, vector - RATE * gradient.numpy(), rtol=1e-10, atol=1e-12)


def test_a_word_that_fills_a_block_moves_as_far_as_if_it_occurred_a_few_times() -> None:
    """All positions hold one word: each makes the same change, of which ``REPEATS`` count, not as many as there are."""

    def change(length: int) -> float:
        vectors: list[Any] = [np.full((3, 16), 0.1, dtype=np.float32) for _ in range(2)]
        text, sentence, windows = (
            np.full(length, 2, np.int32),
            np.arange(length, dtype=np.int32),
            np.ones(length, np.int32),
        )
        sentence[: length // 2 * 2] //= 2  # pairs of neighbors, so that every position has one context
        negatives = np.ones(kernel.SHARED_NEGATIVES, np.int32)
        scratch = kernel.scratch_arrays(16, 1)
        kernel.learn_block(
            *vectors, text, sentence, windows, 0, length, negatives, np.float32(1), np.float32(0.05), scratch, False
        )
        return float(vectors[0][2, 0] - 0.1)

    assert change(2 * kernel.REPEATS) == pytest.approx(change(kernel.REPEATS), rel=1e-4)
    assert change(kernel.REPEATS) == pytest.approx(2 * change(kernel.REPEATS // 2), rel=1e-4)


def test_compiled_negatives_follow_the_smoothed_unigram_distribution() -> None:
    noise = np.array([0, 0, 400, 100, 30, 5]) ** 0.75
    noise /= noise.sum()
    state, negatives = np.array([7], dtype=np.uint64), np.empty(100_000, dtype=np.int32)
    draw_noise(*alias_table(noise), state, negatives)
    found = np.bincount(negatives, minlength=6)
    assert found[:2].tolist() == [0, 0]
    assert chisquare(found[2:], noise[2:] * len(negatives)).pvalue > 1e-3
