"""Word vectors as an object, with cosines that can be worked out by hand."""

import numpy as np
import pytest

from firth.ask.word_vectors import WordVectors
from firth.errors import FirthError
from firth.measures import analogy_formulas
from firth.vectors.keyed_vectors import load_vectors, save_vectors

# All of length 1, in order of frequency.
VECTORS = {"cat": [1, 0, 0], "Dog": [0, 1, 0], "owl": [0.6, 0, 0.8], "cow": [0, 0.6, 0.8], "dog": [0, -1, 0]}

pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`")  # by gensim itself


@pytest.fixture
def vectors(tmp_path_factory: pytest.TempPathFactory) -> WordVectors:
    folder = tmp_path_factory.mktemp("svd")
    save_vectors(list(VECTORS), np.array(list(VECTORS.values())), folder)
    return WordVectors(*load_vectors(folder))


def test_words_stand_in_order_of_frequency_with_their_vectors(vectors: WordVectors) -> None:
    assert (vectors.words, len(vectors)) == (list(VECTORS), 5)
    assert ("cat" in vectors, "Cat" in vectors) == (True, False)
    np.testing.assert_array_equal(vectors["cow"], np.array([0, 0.6, 0.8], np.float32))
    np.testing.assert_array_equal(vectors["CAT"], np.array([1, 0, 0], np.float32))


def test_the_most_similar_words_have_the_largest_cosines(vectors: WordVectors) -> None:
    found = vectors.most_similar("owl", 2)
    assert [word for word, _ in found] == ["cow", "cat"]
    assert [cosine for _, cosine in found] == pytest.approx([0.64, 0.6])
    assert {word for word, _ in vectors.most_similar("owl")} == set(VECTORS) - {"owl"}


def test_similarity_is_the_cosine_of_the_words_as_spelled_or_else_in_another_case(vectors: WordVectors) -> None:
    assert vectors.similarity("Dog", "cow") == pytest.approx(0.6)
    assert vectors.similarity("dog", "cow") == pytest.approx(-0.6)
    assert vectors.similarity("DOG", "cow") == pytest.approx(0.6)


def test_an_analogy_has_answers_by_both_measures(vectors: WordVectors) -> None:
    # b + c − a = (−.4, 1, .8), of length √1.8; by 3CosMul cow has ½(1 + .6) · ½(1 + .64) / (½(1 + 0) + .001).
    found = vectors.analogy("cat", "Dog", "owl", 1)
    assert found["3CosAdd"] == [("cow", pytest.approx(1.24 / 1.8**0.5))]
    assert found["3CosMul"] == [("cow", pytest.approx(0.8 * 0.82 / 0.501))]


def test_neighbors_and_analogies_are_those_of_gensim_with_its_epsilon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analogy_formulas, "EPSILON", 1e-6)
    words = [f"word{number}" for number in range(200)]
    vectors = WordVectors(words, np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32))
    a, b, c = "word3", "word5", "word8"
    gensim = vectors.keyed_vectors
    for found, expected in (
        (vectors.most_similar(a, 9), gensim.most_similar(a, topn=9)),
        (vectors.analogy(a, b, c, 9)["3CosAdd"], gensim.most_similar(positive=[b, c], negative=[a], topn=9)),
        (vectors.analogy(a, b, c, 9)["3CosMul"], gensim.most_similar_cosmul(positive=[b, c], negative=[a], topn=9)),
    ):
        assert [word for word, _ in found] == [word for word, _ in expected]
        assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)


def test_unknown_words_are_named_one_a_line_with_words_spelled_alike(vectors: WordVectors) -> None:
    with pytest.raises(FirthError) as caught:
        vectors.analogy("Kat", "cat", "xylophone")
    assert str(caught.value).splitlines() == [
        "Kat: not in the vocabulary of the word vectors; try cat",
        "xylophone: not in the vocabulary of the word vectors, and no word is spelled like it",
    ]
