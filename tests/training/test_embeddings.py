import numpy as np
import pytest
import torch

from firth.errors import FirthError
from firth.training.embeddings import WordRows, initialize


def word_vectors(words: dict[str, list[float]]) -> WordRows:
    return list(words), np.array(list(words.values()), np.float32)


def test_embeddings_start_as_word_vectors_by_form_then_lower_case_and_the_rest_random() -> None:
    weight = torch.randn(7, 4, dtype=torch.float64)
    before = weight.clone()
    vectors = word_vectors({"cat": [3, 1, -2, 0], "Dog": [1, 1, 1, 1], "dog": [9, -9, 9, -9]})
    tokens = ["<unk>", "<eos>", "Cat", "Dog", "owl", "cat", ""]
    assert initialize(weight, 0.25, tokens, vectors, "lm.embedding_size", "models/svd") == pytest.approx(3 / 7)
    assert torch.equal(weight[[0, 1, 4, 6]], before[[0, 1, 4, 6]])
    assert torch.equal(weight[2], weight[5])
    assert float(weight[[2, 3, 5]].std(unbiased=False)) == pytest.approx(0.25)
    torch.testing.assert_close(weight[5] / weight[3], torch.tensor([3.0, 1, -2, 0], dtype=torch.float64))


def test_vectors_of_another_dimension_are_refused_with_both_numbers() -> None:
    vectors = word_vectors({"a": [1, 2, 3]})
    with pytest.raises(FirthError, match=r"lm\.embedding_size = 4, but models/svd/vectors\.bin .* dimension 3"):
        initialize(torch.randn(7, 4), 0.1, ["a"] * 7, vectors, "lm.embedding_size", "models/svd/vectors.bin")
