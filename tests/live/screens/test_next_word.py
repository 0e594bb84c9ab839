"""The next tokens on the screen: those of the command line's objects, and of the grammar."""

from pathlib import Path

import pytest
from live.asking_pages import Page

from firth.ask.loading import load_language_models
from firth.errors import FirthError
from firth.live.opened_models import OpenedModels
from firth.live.screens.next_word import answer
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace
from firth.world.prefixes import next_words


def test_every_model_gives_its_ten_most_probable_tokens(world_page: Page, world: Workspace) -> None:
    found = {model["name"]: model for model in world_page.ask("next_word", text="the dogs")["models"]}
    for name, model in load_language_models(world, None).items():
        ranked = [(next["token"], next["probability"]) for next in found[name]["next"]]
        assert ranked == [(token, pytest.approx(share)) for token, share in model.next_token("the dogs", 10)]
    assert list(found) == ["ngram", "feedforward", "gru", "lstm"]


def test_a_model_that_is_not_built_names_the_command_that_builds_it(world_page: Page) -> None:
    (gru,) = [model for model in world_page.ask("next_word")["models"] if model["name"] == "gru"]
    assert "`dvc repro lm@gru`" in gru["error"]


def test_the_grammar_s_own_distribution_stands_beside_them(world_page: Page, world: Workspace) -> None:
    found = world_page.ask("next_word", text="The dogs")["grammar"]["next"]
    vocabulary = Vocabulary.load(world.tokens("lm") / "vocabulary.tsv")
    expected: dict[str, float] = {}
    for word, share in next_words(["the", "dogs"], 3).items():
        token = word if word in vocabulary else "<unk>"
        expected[token] = expected.get(token, 0.0) + share
    assert {next["token"]: next["probability"] for next in found} == {
        token: pytest.approx(expected[token]) for token in sorted(expected, key=lambda token: -expected[token])[:10]
    }
    assert {next["token"]: next["text"] for next in found}["<unk>"] is None


def test_words_that_begin_no_sentence_of_the_grammar_are_said_to(world_page: Page) -> None:
    found = world_page.ask("next_word", text="dogs dogs")
    assert "no sentence" in found["grammar"]["error"]
    assert len(found["models"][0]["next"]) == 10


def test_the_grammar_steps_aside_for_other_text(other_text: Workspace) -> None:
    assert "not words of the built-in world" in answer(OpenedModels(other_text), {"text": "the"})["grammar"]["error"]


def test_a_token_is_written_at_the_end_of_the_text_and_the_end_begins_another(other_text: Workspace) -> None:
    (ngram, *_) = answer(OpenedModels(other_text), {"text": "The Dog"})["models"]
    texts = {next["token"]: next["text"] for next in ngram["next"]}
    assert texts | {"runs": "the dog runs", ".": "the dog.", "<eos>": "", "<unk>": None} == texts


def test_unknown_words_are_named_with_words_that_are_spelled_alike(world_page: Page) -> None:
    (unknown,) = world_page.ask("next_word", text="the dogz")["unknown"]
    assert unknown["word"] == "dogz"
    assert "dogs" in unknown["advice"]


def test_without_any_model_the_screen_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match="dvc repro"):
        answer(OpenedModels(Workspace(tmp_path)), {})
