"""What is written is what gensim reads."""

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

from firth.errors import FirthError
from firth.text.tokenizer import tokenize_line
from firth.vectors.keyed_vectors import load_vectors, save_vectors

# A text that is already tokenized is cut at ASCII white space alone, so tokens may hold all of these.
ODD = ["no\u00a0break", "\u00a0", "\u2028", "\u0085", "\x1c\x1f", "\u3000x", "\ufeffmark", "e\u0301", "👩\u200d🚀", "0"]
WORDS = ["the", "naïve", "#", "a\u00adb", *ODD]


@pytest.fixture
def vectors() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(len(WORDS), 3)).astype(np.float32)


def test_gensim_reads_both_formats_with_equal_words_in_order_and_vectors_to_the_bit(
    tmp_path: Path, vectors: np.ndarray
) -> None:
    save_vectors(WORDS, vectors, tmp_path)
    for name, binary in (("vectors.txt", False), ("vectors.bin", True)):
        loaded = KeyedVectors.load_word2vec_format(str(tmp_path / name), binary=binary)
        assert loaded.index_to_key == WORDS
        assert (loaded.vectors == vectors).all()
    words, read = load_vectors(tmp_path)
    assert words == WORDS
    assert (read == vectors).all()


def test_the_characters_that_part_words_in_the_formats_stand_in_no_token() -> None:
    text = "".join(f"a{chr(code)}" for code in range(0x3100)) + " ".join(WORDS)
    for tokenized in (True, False):
        assert not [token for token in tokenize_line(text, False, tokenized) if " " in token or "\n" in token]


def test_words_without_a_direction_are_left_out(tmp_path: Path, vectors: np.ndarray) -> None:
    vectors[2] = 0
    save_vectors(WORDS, vectors, tmp_path)
    assert load_vectors(tmp_path)[0] == [word for word in WORDS if word != "#"]


@pytest.mark.parametrize("count", [0, 1])
def test_a_space_may_have_one_word_or_none(tmp_path: Path, count: int) -> None:
    save_vectors(["only"][:count], np.ones((count, 2)), tmp_path)
    assert load_vectors(tmp_path)[0] == ["only"][:count]


def test_a_file_that_is_missing_or_cut_short_is_one_line_that_names_the_stage(
    tmp_path: Path, vectors: np.ndarray
) -> None:
    folder = tmp_path / "svd"
    with pytest.raises(FirthError, match="not there yet; build it with `dvc repro svd`"):
        load_vectors(folder)
    folder.mkdir()
    save_vectors(WORDS, vectors, folder)
    whole = (folder / "vectors.bin").read_bytes()
    twice, huge = whole.replace(b"# ", b"0 "), b"1000000000 300\n"
    for content in (whole[:-5], whole[: len(whole) // 2], whole + b"\0", b"", b"\xff\xfe\n", huge, twice):
        (folder / "vectors.bin").write_bytes(content)
        with pytest.raises(FirthError, match=r"vectors\.bin: .*; build it again with `dvc repro svd`"):
            load_vectors(folder)
