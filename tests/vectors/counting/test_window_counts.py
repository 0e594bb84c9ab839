from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from firth.derived_seed import derived_seed
from firth.params.cooccurrence_params import CooccurrenceParams
from firth.text.streams import TokenStream
from firth.vectors.counting import window_counts as cooccurrence
from firth.vectors.counting.count_matrix import load_counts
from firth.vectors.counting.window_counts import count_cooccurrences, keep_thresholds, window_weights

SIZE = 300  # so that rows of few cells are sorted, and rows of many are read off


def settings(**changes: Any) -> CooccurrenceParams:
    params = {"context_window": 5, "window_shape": "uniform", "subsampling_threshold": 0.0, "subsampling": "dirty"}
    return CooccurrenceParams.model_validate({**params, **changes})


def stream_of(*sentences: list[int], dtype: type[np.generic] = np.uint16) -> TokenStream:
    offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
    return TokenStream(np.array([word for sentence in sentences for word in sentence], dtype=dtype), offsets)


def frequencies(stream: TokenStream, size: int) -> np.ndarray:
    return np.bincount(stream.ids, minlength=size)


def counted(stream: TokenStream, size: int, folder: Path, threads: int = 1, **changes: Any) -> sparse.csr_array:
    folder.mkdir(exist_ok=True)
    count_cooccurrences(stream, frequencies(stream, size), settings(**changes), folder, seed=3, threads=threads)
    return load_counts(folder, size)


def random_sentences(seed: int) -> list[list[int]]:
    """Sentences of 0 to 30 words, a few words frequent and most of them rare; 0 is ``<unk>``, 1 never comes."""
    random = np.random.default_rng(seed)
    words = np.array([0, *range(2, SIZE)])
    chances = 1 / np.arange(1, SIZE)
    return [
        random.choice(words, length, p=chances / chances.sum()).tolist() for length in random.integers(0, 31, size=80)
    ]


def kept_at(position: int, word: int, counts: np.ndarray, threshold: float) -> bool:
    """Whether subsampling keeps the word at this position of the text, with SplitMix64 in Python's whole numbers."""
    frequency = counts[word] / counts[2:].sum()
    if word == 0 or threshold == 0 or frequency <= threshold:
        return True
    mask = 2**64 - 1
    bits = (derived_seed(3, "cooccurrence") + (position + 1) * 0x9E3779B97F4A7C15) & mask
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & mask
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & mask
    return (bits ^ (bits >> 31)) / 2**64 < (threshold / frequency) ** 0.5


def counts_by_double_loop(sentences: list[list[int]], params: CooccurrenceParams) -> np.ndarray:
    """Every pair of every sentence, one after the other, in fractions."""
    window, threshold = params.context_window, params.subsampling_threshold
    weight = {
        "uniform": lambda distance: Fraction(1),
        "linear": lambda distance: Fraction(window - distance + 1, window),
        "harmonic": lambda distance: Fraction(1, distance),
    }[params.window_shape]
    frequency = np.bincount([word for sentence in sentences for word in sentence], minlength=SIZE)
    sums: dict[tuple[int, int], Fraction] = {}
    position = 0
    for sentence in sentences:
        words = []
        for word in sentence:
            if kept_at(position, word, frequency, threshold):
                words.append(word)
            elif params.subsampling == "clean":
                words.append(0)
            position += 1
        for i, word in enumerate(words):
            for j, context in enumerate(words):
                if i != j and abs(i - j) <= window and word != 0 and context != 0:
                    sums[word, context] = sums.get((word, context), Fraction(0)) + weight(abs(i - j))
    counts = np.zeros((SIZE, SIZE), dtype=np.float32)
    for cell, total in sums.items():
        counts[cell] = total.numerator / total.denominator
    return counts


def test_counts_of_two_short_sentences_are_those_counted_by_hand(tmp_path: Path) -> None:
    counts = counted(stream_of([2, 3, 3], [4, 0, 2]), 5, tmp_path, context_window=1)
    expected = np.zeros((5, 5))
    expected[2, 3] = expected[3, 2] = 1
    expected[3, 3] = 2  # each of the two is a neighbor of the other; 4 and 2 have <unk> between them
    assert counts.toarray().tolist() == expected.tolist()


def test_a_pair_counts_by_its_distance_as_the_shape_of_the_window_says(tmp_path: Path) -> None:
    stream = stream_of([2, 3, 0, 4])  # 2 and 4 stand at a distance of 3
    rows = {
        shape: counted(stream, 5, tmp_path / shape, context_window=4, window_shape=shape).toarray()[2].tolist()
        for shape in ("uniform", "linear", "harmonic")
    }
    assert rows["uniform"] == [0, 0, 0, 1, 1]
    assert rows["linear"] == [0, 0, 0, 1, 0.5]
    assert rows["harmonic"] == [0, 0, 0, 1, np.float32(1 / 3)]


@pytest.mark.parametrize("window", [1, 2, 5, 30])
@pytest.mark.parametrize("shape", ["uniform", "linear", "harmonic"])
@pytest.mark.parametrize(("threshold", "subsampling"), [(0.0, "dirty"), (0.02, "dirty"), (0.02, "clean")])
def test_counts_equal_a_double_loop_over_random_sentences(
    window: int, shape: str, threshold: float, subsampling: str, tmp_path: Path
) -> None:
    changes: dict[str, Any] = {
        "context_window": window,
        "window_shape": shape,
        "subsampling_threshold": threshold,
        "subsampling": subsampling,
    }
    sentences = random_sentences(window)
    counts = counted(stream_of(*sentences), SIZE, tmp_path, **changes)
    expected = counts_by_double_loop(sentences, settings(**changes))
    if shape == "harmonic" and window > 16:
        np.testing.assert_allclose(counts.toarray(), expected, rtol=3e-5)  # 1 / 30 in units of 1 / 720720
    else:
        assert counts.toarray().tolist() == expected.tolist()
    assert counts.nnz == np.count_nonzero(expected)
    assert counts.has_sorted_indices


@pytest.mark.parametrize("subsampling", ["dirty", "clean"])
def test_neither_chunks_nor_pieces_nor_threads_nor_the_type_of_ids_change_a_byte(
    subsampling: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = random_sentences(7)
    changes: dict[str, Any] = {"window_shape": "harmonic", "subsampling_threshold": 0.02, "subsampling": subsampling}

    def outputs(stream: TokenStream, threads: int) -> dict[str, bytes]:
        with TemporaryDirectory(dir=tmp_path) as folder:
            counted(stream, SIZE, Path(folder), threads, **changes)
            return {path.name: path.read_bytes() for path in Path(folder).iterdir()}

    whole, beginning = outputs(stream_of(*sentences), 1), outputs(stream_of(*sentences[:5]), 1)
    assert sorted(whole) == ["data.npy", "indices.npy", "indptr.npy"]
    assert outputs(stream_of(*sentences, dtype=np.int32), 2) == whole
    monkeypatch.setattr(cooccurrence, "PAIRS_PER_PIECE", 1000)
    for chunk in (1, 7, 100, 333, 10**6):
        monkeypatch.setattr(cooccurrence, "TOKENS_PER_CHUNK", chunk)
        for threads in (1, 2, 3):
            if chunk >= 100:
                assert outputs(stream_of(*sentences), threads) == whole
            assert outputs(stream_of(*sentences[:5]), threads) == beginning


def test_a_sentence_longer_than_a_chunk_is_counted_across_its_borders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cooccurrence, "TOKENS_PER_CHUNK", 10)
    sentence = [word for sentence in random_sentences(4) for word in sentence][:300]
    changes: dict[str, Any] = {"context_window": 12, "subsampling_threshold": 0.001}
    counts = counted(stream_of(sentence), SIZE, tmp_path, **changes)
    assert counts.toarray().tolist() == counts_by_double_loop([sentence], settings(**changes)).tolist()


@pytest.mark.parametrize("sentences", [[], [[2]], [[0, 0, 0]], [[2], [3]]])
def test_a_text_without_pairs_has_no_counts(sentences: list[list[int]], tmp_path: Path) -> None:
    counts = counted(stream_of(*sentences), 4, tmp_path)
    assert (counts.nnz, counts.shape) == (0, (4, 4))


def test_a_text_of_one_sentence_and_one_word_counts_it_beside_itself(tmp_path: Path) -> None:
    counts = counted(stream_of([2, 2, 2]), 3, tmp_path, context_window=1000)
    assert counts.toarray().tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 6]]


def test_unknown_words_are_always_kept() -> None:
    counts = np.array([500, 90, 900, 90, 9, 1])  # words from id 2 on, 1000 in all
    kept = keep_thresholds(counts, 0.01) / 2**53
    np.testing.assert_allclose(kept, [1, 1, (0.01 / 0.9) ** 0.5, (0.01 / 0.09) ** 0.5, 1, 1], rtol=1e-12)
    assert (keep_thresholds(counts, 0.0) == 2**53).all()


def test_weights_are_whole_numbers_of_units() -> None:
    unit, weights = window_weights("linear", 4, 3)  # a text too short for the fourth place
    assert (unit, weights.tolist()) == (4, [4, 3, 2])
    unit, weights = window_weights("harmonic", 16, 16)
    assert [Fraction(weight, unit) for weight in weights.tolist()] == [Fraction(1, d) for d in range(1, 17)]
    unit, weights = window_weights("harmonic", 40, 40)
    assert np.abs(weights / unit - 1 / np.arange(1, 41)).max() <= 0.5001 / unit
