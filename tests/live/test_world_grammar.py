"""The grammar's own distribution, where there is one."""

import math
from dataclasses import replace

import pytest

from firth.ask.sentence_blocks import SentenceEncoder
from firth.errors import FirthError
from firth.live.world_grammar import grammar_log_probability, grammar_next_tokens, grammar_translation
from firth.params.tokens_params import Segmentation
from firth.text.corpus_description import Language
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace, write_text
from firth.world.prefixes import next_words

WORLD = TextForm(True, False, "en", True, "words")
PAIRS = TextForm(False, False, {"source": "en", "target": "fr"}, True, "subwords")


WORDS = ["<unk>", "<eos>", ".", "the", "dogs", "cats", "bark"]


def encoder_of(form: TextForm, tokens: list[str]) -> SentenceEncoder:
    return SentenceEncoder(Vocabulary(tokens, range(len(tokens), 0, -1)), form)


def test_the_depth_is_that_of_the_text(world: Workspace, other_text: Workspace) -> None:
    write_text(other_text.settings / "download-lm.json", '{"world": {"max_depth": 0}}')
    for workspace, depth in ((other_text, 0), (world, 3)):
        expected = next_words(["the", "dogs"], depth)
        found = grammar_next_tokens(workspace, encoder_of(WORLD, ["<unk>", "<eos>", *expected]), ["the", "dogs"])
        assert found == expected
        assert list(found.values()) == sorted(found.values(), reverse=True)


def test_words_outside_the_vocabulary_are_one_token(world: Workspace) -> None:
    expected = next_words(["the"], 3)
    found = grammar_next_tokens(world, encoder_of(WORLD, WORDS), ["the"])
    assert set(found) == {"<unk>", "dogs", "cats"}
    assert found["dogs"] == expected["dogs"]
    assert found["<unk>"] == pytest.approx(1 - expected["dogs"] - expected["cats"])


def test_words_have_the_case_of_the_text(world: Workspace) -> None:
    form = replace(WORLD, lowercase=False)
    types = ["The", "the", "Mary", "mary", "I", "An", "an", "dogs"]
    first = grammar_next_tokens(world, encoder_of(form, ["<unk>", "<eos>", *types]), [])
    assert set(first) == {"<unk>", "The", "Mary", "I", "An"}
    expected = next_words([], 3)
    assert (first["The"], first["Mary"], first["I"]) == (expected["the"], expected["mary"], expected["i"])
    later = grammar_next_tokens(world, encoder_of(form, ["<unk>", "<eos>", *types]), ["The", "apples", "that"])
    assert {"the", "Mary"} <= set(later) <= {"<unk>", "the", "an", "Mary"}


def test_the_probability_of_some_words_is_the_product_of_their_own(world: Workspace) -> None:
    before = ["the", "dogs"]
    found = grammar_log_probability(world, WORLD, before, ["will", "bark"])
    expected = next_words(before, 3)["will"] * next_words([*before, "will"], 3)["bark"]
    assert found == pytest.approx(math.log(expected))
    assert grammar_log_probability(world, WORLD, before, ["barks"]) == -math.inf
    with pytest.raises(FirthError, match="no sentence that begins"):
        grammar_log_probability(world, WORLD, ["dogs", "the"], ["bark"])


@pytest.mark.parametrize(("is_world", "segmentation"), [(False, "words"), (True, "characters"), (True, "subwords")])
def test_other_text_and_other_tokens_have_no_grammar(
    world: Workspace, is_world: bool, segmentation: Segmentation
) -> None:
    form = TextForm(True, False, "en", is_world, segmentation)
    with pytest.raises(FirthError, match="is not known"):
        grammar_next_tokens(world, encoder_of(form, WORDS), ["the"])
    with pytest.raises(FirthError, match="is not known"):
        grammar_log_probability(world, form, ["the"], ["dogs"])


@pytest.mark.parametrize("content", ["{}", '{"world": 3}', '{"world": {"max_depth": "x"}}'])
def test_settings_without_a_depth_name_the_command_that_writes_them(other_text: Workspace, content: str) -> None:
    write_text(other_text.settings / "download-lm.json", content)
    with pytest.raises(FirthError, match="`firth check` writes it"):
        grammar_log_probability(other_text, WORLD, ["the"], ["dogs"])


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
