import numpy as np
import pytest

from firth.kernels.counting_loops import count_rows, list_positions, plain_counts, random_bits, word_counts_between
from firth.text.vocabulary import EOS_ID

SIZE = 200  # so that sparse rows are sorted, and dense rows are scanned


def random_text(seed: int, window: int) -> np.ndarray:
    """Sentences of 0 to 20 words by Zipf's law, ``<unk>`` among them, between two margins of ``<eos>``."""
    random = np.random.default_rng(seed)
    words = np.array([0, *range(2, SIZE)])
    chances = 1 / np.arange(1, SIZE)
    margin, text = [EOS_ID] * window, []
    for length in random.integers(0, 21, size=60):
        text += [*random.choice(words, length, p=chances / chances.sum()).tolist(), EOS_ID]
    return np.array([*margin, *text, *margin], dtype=np.uint32)


def counts_by_kernel(
    text: np.ndarray, window: int, weights: np.ndarray, earlier: tuple[np.ndarray, ...], ascending: bool
) -> dict[tuple[int, int], int]:
    starts = np.zeros(SIZE + 1, dtype=np.int64)
    np.cumsum(word_counts_between(text, window, len(text) - window, SIZE), out=starts[1:])
    positions = np.empty(starts[-1], dtype=np.uint32)
    list_positions(text, window, len(text) - window, starts[:-1], positions)
    lengths, columns, units, _ = count_rows(text, positions, starts, 0, SIZE, weights, *earlier, ascending)
    rows = np.repeat(np.arange(SIZE), lengths)
    if ascending:
        assert all((np.diff(columns[rows == row]) > 0).all() for row in range(SIZE))
    return {(int(row), int(column)): int(unit) for row, column, unit in zip(rows, columns, units, strict=True)}


@pytest.mark.parametrize("window", [1, 3, 25])
@pytest.mark.parametrize("ascending", [False, True])
def test_kernel_counts_what_the_plain_version_counts(window: int, ascending: bool) -> None:
    text, weights = random_text(window, window), np.arange(window, 0, -1)
    nothing = np.zeros((0, SIZE + 1), np.int64), np.empty(0, np.int32), np.empty(0, np.int64)
    expected = plain_counts(text, window, len(text) - window, weights)
    assert len(expected) > 100
    assert counts_by_kernel(text, window, weights, nothing, ascending) == expected


def test_rows_of_earlier_texts_are_added() -> None:
    text, weights = random_text(1, 2), np.array([5, 2])
    starts = np.minimum(np.arange(SIZE + 1), 3)[None]  # rows 0, 1 and 2 have one cell each
    earlier = starts, np.array([7, 7, 8], np.int32), np.array([10, 20, 30], np.int64)
    expected = plain_counts(text, 2, len(text) - 2, weights)
    for cell, units in {(0, 7): 10, (1, 7): 20, (2, 8): 30}.items():
        expected[cell] = expected.get(cell, 0) + units
    assert counts_by_kernel(text, 2, weights, earlier, True) == expected


def test_plain_counts_of_a_short_text_are_those_counted_by_hand() -> None:
    text = np.array([1, 1, 2, 3, 0, 2, 1, 3, 1, 1])  # 2 3 <unk> 2 | 3
    weights = np.array([10, 1])
    assert plain_counts(text, 2, 8, weights) == {(2, 3): 10 + 1, (3, 2): 10 + 1}


def test_random_bits_are_those_published_for_splitmix64() -> None:
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    bits = [random_bits(np.uint64(1234567), position) for position in range(4)]
    assert bits == [number >> 11 for number in published]
