"""Lines are encoded and decoded as the text of a folder of tokens was, in the normal form of all text."""

import unicodedata
from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.params.tokens_params import Segmentation
from firth.text.subwords import train_subwords
from firth.text.text_encoding import TextEncoding, subwords_file, unknown_tokens
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary, vocabulary_file

LINE = "Emma mange, au café."


def encoding(folder: Path, segmentation: Segmentation) -> TextEncoding:
    form = TextForm(False, False, "fr", False, segmentation)
    form.save(folder)
    if segmentation == "subwords":
        subwords = train_subwords([[LINE] * 3], 330, lowercase=False, padded=False)
        subwords.save(subwords_file(folder))
        tokens = subwords.readable
    else:
        tokens = ["<unk>", "<eos>", *sorted(set(form.tokens(LINE)))]
    Vocabulary(tokens, [1] * len(tokens)).save(vocabulary_file(folder))
    return TextEncoding.load(folder)


@pytest.mark.parametrize("segmentation", ["words", "characters", "subwords"])
def test_text_is_given_back_whatever_its_spaces_and_composition(tmp_path: Path, segmentation: Segmentation) -> None:
    known = encoding(tmp_path, segmentation)
    other = "\u200b" + unicodedata.normalize("NFD", LINE).replace(" ", "\u00a0\t").replace("mange", "man\u00adge") + " "
    (tokens, ids), again = known.encode_lines([LINE, other])
    assert again == (tokens, ids)
    assert known.vocabulary.decode(ids) == tokens
    assert unknown_tokens(tokens, ids) == []
    assert known.text(tokens, ids) == LINE


@pytest.mark.parametrize(
    ("segmentation", "turned", "fault"),
    [
        ("words", (2, 3), "line 4 is out of order"),
        ("characters", (-2, -1), r"line \d+ is out of order"),
        ("subwords", (5, 9), "not the subwords of tokenizer.json"),
    ],
)
def test_a_vocabulary_with_two_lines_swapped_is_refused(
    tmp_path: Path, segmentation: Segmentation, turned: tuple[int, int], fault: str
) -> None:
    tokens = encoding(tmp_path, segmentation).vocabulary.tokens
    one, other = turned
    tokens[one], tokens[other] = tokens[other], tokens[one]
    Vocabulary(tokens, [1] * len(tokens)).save(vocabulary_file(tmp_path))
    with pytest.raises(FirthError, match=rf"vocabulary\.tsv: {fault}; build it again with `dvc repro tokenize@"):
        TextEncoding.load(tmp_path)


def test_tokens_are_readable(tmp_path: Path) -> None:
    ((tokens, _),) = encoding(tmp_path, "subwords").encode_lines(["Emma café zß"])
    assert tokens == ["␣Emma", "␣café", "␣", "z", "<0xC3>", "<0x9F>"]
    ((tokens, ids),) = encoding(tmp_path, "characters").encode_lines(["an ß"])
    assert tokens == ["a", "n", "␣", "ß"]
    assert unknown_tokens(tokens, ids) == [3]


def test_special_symbols_in_a_line_are_unknown_words(tmp_path: Path) -> None:
    known = encoding(tmp_path, "words")
    tokenized = TextEncoding(known.vocabulary, TextForm(False, True, "fr", False, "words"))
    ((tokens, ids),) = tokenized.encode_lines(["Emma <eos> <pad> <unk>"])
    assert ids == [known.vocabulary.id("Emma"), 0, 0, 0]
    assert unknown_tokens(tokens, ids) == [1, 2]
