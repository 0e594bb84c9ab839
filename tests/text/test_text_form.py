"""The form of a text is kept beside its tokens, and splits other text in the same way."""

from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.text.corpus_description import Language
from firth.text.text_form import TextForm


def test_a_form_is_read_as_it_was_written(tmp_path: Path) -> None:
    languages: list[Language] = ["en", {"source": "en", "target": "fr"}]
    for language in languages:
        form = TextForm(lowercase=True, tokenized=False, language=language, world=False, segmentation="words")
        form.save(tmp_path)
        assert TextForm.load(tmp_path) == form
    assert (tmp_path / "text.json").read_text() == (
        '{\n  "lowercase": true,\n  "tokenized": false,\n  "language": {\n    "source": "en",\n    "target": "fr"\n  },'
        '\n  "world": false,\n  "segmentation": "words"\n}\n'
    )


@pytest.mark.parametrize(
    ("lowercase", "tokenized", "tokens"),
    [
        (True, False, ["it's", "n", "."]),
        (False, False, ["It's", "N", "."]),
        (True, True, ["It's", "N."]),
    ],
)
def test_a_line_is_split_as_the_text_was(lowercase: bool, tokenized: bool, tokens: list[str]) -> None:
    assert TextForm(lowercase, tokenized, "en", False, "words").tokens("It's N.") == tokens


def test_a_missing_or_damaged_form_names_its_stage(tmp_path: Path) -> None:
    folder = tmp_path / "lm"
    folder.mkdir()
    with pytest.raises(FirthError, match=r"text\.json: not there yet; build it with `dvc repro tokenize@lm`"):
        TextForm.load(folder)
    for content in ("{", "[]", "{}", '{"lowercase": true, "other": 1}'):
        (folder / "text.json").write_text(content)
        with pytest.raises(FirthError, match=r"text\.json: damaged or of another version \(.+`dvc repro tokenize@lm`"):
            TextForm.load(folder)


def test_words_of_a_vocabulary_are_what_stands_between_spaces() -> None:
    tokens = ["␣dog", "dog", "␣", "."]
    assert TextForm(True, False, "en", False, "words").words_of(tokens) == tokens
    assert TextForm(True, False, "en", False, "subwords").words_of(tokens) == ["dog", "", "", ""]
    assert TextForm(True, False, "en", False, "characters").words_of(tokens) == [""] * 4


def test_a_form_of_another_version_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "text.json").write_text('{"lowercase": true, "tokenized": false, "language": "en", "world": true}')
    with pytest.raises(FirthError, match="damaged or of another version"):
        TextForm.load(tmp_path)


def test_lines_are_normalized_before_they_are_split() -> None:
    for form in (TextForm(True, False, "fr", False, "words"), TextForm(True, False, "fr", False, "characters")):
        assert form.tokens("Cafe\u0301\u00a0\t\u00adnoir") == form.tokens("café noir")
