"""Files that hold no word vectors are refused; that those of ``save_vectors`` are read is tested beside it."""

from pathlib import Path

import numpy as np
import pytest

from firth.errors import FirthError
from firth.word2vec_format import read_word2vec


def binary(header: str, *pairs: tuple[str, list[float]]) -> bytes:
    return header.encode() + b"".join(
        f"{word} ".encode() + np.array(vector, np.float32).tobytes() for word, vector in pairs
    )


A, B = ("a", [1.0, 2.0]), ("b", [3.0, 4.0])
BINARY: list[tuple[bytes, str]] = [
    (binary("2 2", A, B), "doesn't begin with the number of words"),
    (binary("x 2\n", A, B), "doesn't begin with the number of words"),
    (binary("-2 2\n", A, B), "doesn't begin with the number of words"),
    (binary("2 0\n", A, B), "too few for 2 words of dimension 0"),
    (binary("3 2\n", A, B), "too few for 3 words of dimension 2"),
    (binary("2 3\n", A, B), "too few for 2 words of dimension 3"),
    (binary("999999999999 2\n", A, B), "too few for 999,999,999,999 words"),
    (binary("2 2\n", A, A), "a word stands there twice"),
    (binary("1 2\n", A, B), "a word stands there twice, or there is more"),
    (b"2 1\na 1234\xff 1234", "cut short, or not in"),
    (binary("2 2\n", A, ("b", [0.0, 0.0])), "a vector that is zero or not finite"),
    (binary("2 2\n", A, ("b", [1.0, np.nan])), "a vector that is zero or not finite"),
    (binary("2 2\n", A, ("b", [1.0, -np.inf])), "a vector that is zero or not finite"),
]
TEXT: list[tuple[bytes, str]] = [
    (b"2 2\na 1 2\nb 3\n", "not 2 lines of a word and 2 numbers"),
    (b"2 2\na 1 2\nb 3 four\n", "cut short, or not in word2vec's format"),
    (b"2 2\na 1 2\nb 3 nan\n", "a vector that is zero or not finite"),
    (b"2 2\na 1 2\nb 3 1e60\n", "a vector that is zero or not finite"),
    (b"1 2\na 1 2\nb 3 4\n", "not 1 lines of a word"),
    (b"999999999 2\na 1 2\nb 3 4\n", "too few for 999,999,999 words"),
    (b"2 2\na 1 2\na 3 4\n", "a word stands there twice"),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("content", "fault", "name"), [*((*case, "bin") for case in BINARY), *((*case, "txt") for case in TEXT)]
)
def test_files_of_no_word_vectors_are_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes, fault: str, name: str
) -> None:
    path = tmp_path / f"vectors.{name}"
    path.write_bytes(content)
    with pytest.raises(FirthError, match=rf"vectors\.{name}: .*{fault}.*; build it again with `dvc repro svd`"):
        read_word2vec(path, "svd", binary=name == "bin")
    assert not caplog.records
