import numpy as np
import pytest
from scipy import sparse

from firth.errors import FirthError
from firth.params.cooccurrence import CooccurrenceParams
from firth.text.streams import TokenStream
from firth.vectors import cooccurrence
from firth.vectors.cooccurrence import count_cooccurrences, load_counts, storage


def stream_of(*sentences: list[int]) -> TokenStream:
    offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
    return TokenStream(np.array([word for sentence in sentences for word in sentence], dtype=np.uint16), offsets)


def counts_by_double_loop(sentences: list[list[int]], size: int, window: int) -> np.ndarray:
    counts = np.zeros((size, size), dtype=np.int64)
    for sentence in sentences:
        for i, word in enumerate(sentence):
            for j, context in enumerate(sentence):
                if i != j and abs(i - j) <= window and word != 0 and context != 0:
                    counts[word, context] += 1
    return counts


def test_counts_of_two_short_sentences_are_those_counted_by_hand() -> None:
    counts = count_cooccurrences(stream_of([2, 3, 3], [4, 0, 2]), 5, CooccurrenceParams(context_window=1))
    expected = np.zeros((5, 5), dtype=int)
    expected[2, 3] = expected[3, 2] = 1
    expected[3, 3] = 2  # each of the two is a neighbor of the other; 4 and 2 have <unk> between them
    assert counts.toarray().tolist() == expected.tolist()


@pytest.mark.parametrize("window", [1, 2, 5, 30])
@pytest.mark.parametrize("chunk", [1, 7, 2**20])
def test_counts_equal_a_double_loop_over_random_sentences_whatever_the_chunks(
    window: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cooccurrence, "TOKENS_PER_CHUNK", chunk)
    random = np.random.default_rng(window)
    ids = [0, *range(2, 9)]
    sentences = [random.choice(ids, size=length).tolist() for length in random.integers(0, 14, size=25)]
    counts = count_cooccurrences(stream_of(*sentences), 9, CooccurrenceParams(context_window=window))
    assert counts.toarray().tolist() == counts_by_double_loop(sentences, 9, window).tolist()


def test_a_text_of_one_word_has_no_counts() -> None:
    assert count_cooccurrences(stream_of([2]), 3, CooccurrenceParams(context_window=5)).nnz == 0


def test_storage_counts_cells_and_the_bytes_of_both_forms() -> None:
    counts = count_cooccurrences(stream_of([2, 3]), 4, CooccurrenceParams(context_window=1))
    assert storage(counts) == {
        "cells": 16,
        "nonzeros": 2,
        "density": 2 / 16,
        "bytes_dense": 64,
        "bytes_sparse": 2 * (4 + 4) + 5 * 4,
        "pairs": 2,
    }


def test_saved_counts_are_read_back_and_damaged_ones_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("counts") / "counts.npz"
    with pytest.raises(FirthError, match="not there yet"):
        load_counts(path)
    counts = count_cooccurrences(stream_of([2, 3, 4, 2]), 5, CooccurrenceParams(context_window=2))
    sparse.save_npz(path, counts, compressed=False)
    assert load_counts(path).toarray().tolist() == counts.toarray().tolist()
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(FirthError, match="damaged"):
        load_counts(path)
