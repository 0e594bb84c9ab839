"""Text, counts and vectors are opened once, and anew when they change."""

import numpy as np
import pytest
from live.small_spaces import add_vectors

from firth.errors import FirthError
from firth.live.opened_models import OpenedModels
from firth.live.word_spaces import count_rows, counted_text, word_vectors
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace


def test_counts_and_their_ppmi_are_read_once(world: Workspace) -> None:
    models = OpenedModels(world)
    assert count_rows(models) is count_rows(models)
    counts, information = (count_rows(models)[name].matrix for name in ("raw_counts", "ppmi"))
    assert counts.shape == information.shape == (len(counted_text(models).vocabulary),) * 2
    assert information.nnz < counts.nnz


def test_vectors_that_are_trained_again_are_read_again(other_text: Workspace) -> None:
    models, words = OpenedModels(other_text), Vocabulary(["<unk>", "<eos>", "a", "b"], [1, 1, 1, 1])
    with pytest.raises(FirthError, match="dvc repro svd"):
        word_vectors(models, "svd")
    add_vectors(other_text, "svd", words)
    before = word_vectors(models, "svd").vectors
    (other_text.model("svd") / "vectors.bin").rename(other_text.model("svd") / "old")
    (other_text.model("svd") / "vectors.txt").unlink()
    add_vectors(other_text, "word2vec", words)
    (other_text.model("word2vec") / "vectors.bin").rename(other_text.model("svd") / "vectors.bin")
    assert not np.array_equal(word_vectors(models, "svd").vectors, before)
