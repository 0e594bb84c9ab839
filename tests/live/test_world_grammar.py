"""The grammar's own distribution, where there is one."""

import pytest

from firth.errors import FirthError
from firth.live.world_grammar import grammar_continuations, grammar_translation
from firth.params.tokens_params import Segmentation
from firth.text.corpus_description import Language
from firth.text.text_form import TextForm
from firth.workspace import Workspace, write_text
from firth.world.prefixes import next_words

WORLD = TextForm(True, False, "en", True, "words")
PAIRS = TextForm(False, False, {"source": "en", "target": "fr"}, True, "subwords")


def test_the_depth_is_that_of_the_text(world: Workspace, other_text: Workspace) -> None:
    write_text(other_text.settings / "download-lm.json", '{"world": {"max_depth": 0}}')
    assert grammar_continuations(other_text, WORLD, ["the", "dogs"]) == next_words(["the", "dogs"], 0)
    assert grammar_continuations(world, WORLD, ["the", "dogs"]) == next_words(["the", "dogs"], 3)


@pytest.mark.parametrize(("is_world", "segmentation"), [(False, "words"), (True, "characters"), (True, "subwords")])
def test_other_text_and_other_tokens_have_no_grammar(
    world: Workspace, is_world: bool, segmentation: Segmentation
) -> None:
    with pytest.raises(FirthError, match="is not known"):
        grammar_continuations(world, TextForm(True, False, "en", is_world, segmentation), ["the"])


@pytest.mark.parametrize("content", ["{}", '{"world": 3}', '{"world": {"max_depth": "x"}}'])
def test_settings_without_a_depth_name_the_command_that_writes_them(other_text: Workspace, content: str) -> None:
    write_text(other_text.settings / "download-lm.json", content)
    with pytest.raises(FirthError, match="`firth check` writes it"):
        grammar_continuations(other_text, WORLD, ["the"])


def test_a_sentence_of_the_grammar_has_its_translation_at_the_depth_of_the_text(world: Workspace) -> None:
    assert grammar_translation(world, PAIRS, "Mary eats apples.") == "Marie mange des pommes."
    nested = "Mary eats the apples on the plate near the plates."  # of depth 2
    with pytest.raises(FirthError, match="the world's grammar has no such sentence"):
        grammar_translation(world, PAIRS, nested)


@pytest.mark.parametrize(
    ("language", "is_world"), [("en", True), ({"source": "fr", "target": "en"}, True), (PAIRS.language, False)]
)
def test_other_pairs_have_no_translation(world: Workspace, language: Language, is_world: bool) -> None:
    form = TextForm(False, False, language, is_world, "words")
    with pytest.raises(FirthError, match="the text is not the built-in world's"):
        grammar_translation(world, form, "Mary eats apples.")
