"""Vocabularies, worked out by hand."""

from pathlib import Path

import numpy as np
import pytest

from firth.errors import FirthError
from firth.params.tokens_params import TextTokens
from firth.text.vocabulary import Vocabulary, build_vocabulary

TYPES = ["b", "the", "a", "é", "Z", "rare", "elsewhere", "<unk>", "<eos>"]
COUNTS = np.array([3, 9, 3, 3, 3, 1, 0, 4, 2])


def settings(min_count: int = 1, max_size: int = 100) -> TextTokens:
    return TextTokens(segmentation="words", lowercase=False, min_count=min_count, max_size=max_size)


def build(min_count: int = 1, max_size: int = 100, padded: bool = False) -> tuple[Vocabulary, list[int]]:
    vocabulary, ids = build_vocabulary(TYPES, COUNTS, 5, settings(min_count, max_size), key="tokens.lm", padded=padded)
    return vocabulary, ids.tolist()


def test_order_is_by_count_then_by_code_point_and_literal_symbols_are_unknown() -> None:
    vocabulary, ids = build()
    assert vocabulary.tokens == ["<unk>", "<eos>", "the", "Z", "a", "b", "é", "rare"]
    assert vocabulary.counts.tolist() == [4 + 2, 5, 9, 3, 3, 3, 3, 1]
    assert ids == [5, 2, 4, 6, 3, 7, 0, 0, 0]


def test_min_count_leaves_out_rarer_words_and_counts_them_as_unknown() -> None:
    vocabulary, ids = build(min_count=3)
    assert vocabulary.tokens == ["<unk>", "<eos>", "the", "Z", "a", "b", "é"]
    assert vocabulary.counts[0] == 4 + 2 + 1
    assert ids[5] == 0


def test_max_size_counts_the_special_symbols_and_cuts_ties_in_order() -> None:
    vocabulary, _ = build(max_size=4)
    assert vocabulary.tokens == ["<unk>", "<eos>", "the", "Z"]
    assert vocabulary.counts.tolist() == [4 + 2 + 1 + 3 + 3 + 3, 5, 9, 3]
    padded, _ = build(max_size=4, padded=True)
    assert padded.tokens == ["<unk>", "<eos>", "<pad>", "the"]
    assert padded.counts[2] == 0


def test_no_word_left_names_key_value_and_largest_count() -> None:
    with pytest.raises(FirthError, match=r"tokens\.lm\.min_count = 10: .* 9 times.*lower it to 9"):
        build(min_count=10)


def test_odd_unicode_survives_the_file(tmp_path: Path) -> None:
    odd = ["a\u2028b", "\u0085", "x\u00a0y", "e\u0301", "\u0301", "👍🏽", "\r", "\x1c", "\ufeff", "𐐀", '"', "NA", "0"]
    vocabulary = Vocabulary(["<unk>", "<eos>", *odd], range(2 + len(odd)))
    vocabulary.save(tmp_path / "vocabulary.tsv")
    again = Vocabulary.load(tmp_path / "vocabulary.tsv")
    assert again.tokens == vocabulary.tokens
    assert again.counts.tolist() == list(range(2 + len(odd)))
    assert (tmp_path / "vocabulary.tsv").read_bytes().startswith("<unk>\t0\n<eos>\t1\na\u2028b\t2\n".encode())
    with pytest.raises(ValueError, match="tab"):
        Vocabulary(["<unk>", "<eos>", "a\tb"], [0, 0, 1]).save(tmp_path / "vocabulary.tsv")


def test_ids_and_tokens_are_each_others_inverse_and_unknown_words_are_unk() -> None:
    vocabulary, _ = build()
    assert vocabulary.encode(["a", "nowhere", "the"]).tolist() == [4, 0, 2]
    assert vocabulary.decode(vocabulary.encode(vocabulary.tokens)) == vocabulary.tokens
    assert "a" in vocabulary and "nowhere" not in vocabulary and len(vocabulary) == 8


def test_ids_are_uint16_as_long_as_they_fit() -> None:
    assert Vocabulary([str(number) for number in range(1 << 16)], [1] * (1 << 16)).dtype == np.uint16
    assert Vocabulary([str(number) for number in range((1 << 16) + 1)], [1] * ((1 << 16) + 1)).dtype == np.int32


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<unk>\t1\n<eos>\t1\nx\n", "line 3"),
        (b"<unk>\t1\n<eos>\t1\nx\t-1\n", "line 3"),
        (b"<unk>\t1\n<eos>\t1\nx\t" + b"9" * 30 + b"\n", "line 3"),
        (b"<unk>\t1\n<eos>\t1\nx\t" + b"9" * 5000 + b"\n", "line 3"),
        (b"<unk>\t1\n<eos>\t1\nx\t1", "truncated"),
        (b"", "truncated"),
        (b"<unk>\t1\n<eos>\t1\nx\t1\nx\t1\n", "not a vocabulary"),
        (b"<unk>\t1\n<eos>\t1\n\xff\t1\n", "byte 16"),
    ],
)
def test_damaged_files_are_named_with_what_to_do(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "lm" / "vocabulary.tsv"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(FirthError, match=rf"vocabulary\.tsv: .*{message}.*dvc repro tokenize@lm"):
        Vocabulary.load(path)
