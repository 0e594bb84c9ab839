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
FAULTY: list[tuple[bytes, str]] = [
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
    (binary("2 2\n", A, ("b", [0.0, 0.0])), "norm is not above 0 and finite"),
    (binary("2 2\n", A, ("b", [1.0, np.nan])), "norm is not above 0 and finite"),
    (binary("2 2\n", A, ("b", [1.0, -np.inf])), "norm is not above 0 and finite"),
    (binary("2 2\n", A, ("b", [1.0, 1e38])), "norm is not above 0 and finite"),
    (binary("2 2\n", A, ("b", [1e-30, 0.0])), "norm is not above 0 and finite"),
]


@pytest.mark.parametrize(("content", "fault"), FAULTY)
def test_files_of_no_word_vectors_are_refused(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "vectors.bin"
    path.write_bytes(content)
    with pytest.raises(FirthError, match=rf"vectors\.bin: .*{fault}.*; build it again with `dvc repro svd`"):
        read_word2vec(path, "svd")
