"""Which verb form models prefer on the screen."""

import math

import pytest
from live.asking_pages import Page

from firth.ask.loading import load_language_models
from firth.errors import FirthError
from firth.live.asked_query import LONGEST_TEXT
from firth.live.opened_models import OpenedModels
from firth.live.screens.subject_and_verb import WORLD_EXAMPLES, Example, answer
from firth.workspace import Workspace
from firth.world.prefixes import next_words

SCREEN = "subject_and_verb"


def test_models_share_the_probability_of_the_two_forms_between_them(world_page: Page, world: Workspace) -> None:
    found = world_page.ask(SCREEN, subject="the dogs", between="near the child", first="bark", second="barks")
    shares = {model["name"]: model for model in found["models"] if "error" not in model}
    for name, model in load_language_models(world, None).items():
        scores = model.continuations("the dogs near the child", ["bark", "barks"])
        expected = {form: math.exp(score) for form, score in scores.items()}
        assert shares[name]["probabilities"] == [pytest.approx(value) for value in expected.values()]
        assert shares[name]["share"] == pytest.approx(expected["bark"] / sum(expected.values()))
        higher = "bark" if expected["bark"] > expected["barks"] else "barks"
        assert shares[name]["preferred"] == (None if len(set(expected.values())) == 1 else higher)


def test_the_words_that_each_model_sees_are_told(world_page: Page) -> None:
    found = world_page.ask(SCREEN, subject="the dogs", between="near the child", first="bark", second="barks")
    assert {model["name"]: model.get("receptive_field", "") for model in found["models"]} == {
        "ngram": 2, "feedforward": 3, "gru": "", "lstm": None,
    }  # fmt: skip
    assert (found["tokens"], found["subject_tokens"]) == (["the", "dogs", "near", "the", "child"], 2)


def test_the_grammar_has_the_agreeing_form_alone(world_page: Page) -> None:
    for subject, share in (("the dogs", 1.0), ("the dog", 0.0)):
        found = world_page.ask(SCREEN, subject=subject, between="near the child", first="bark", second="barks")
        assert found["grammar"]["share"] == share
    assert "error" in world_page.ask(SCREEN, subject="bark", first="bark", second="barks")["grammar"]


def test_a_form_of_several_words_has_their_probability_in_the_grammar(world_page: Page) -> None:
    grammar = world_page.ask(SCREEN, subject="the dogs", first="Will bark", second="barks")["grammar"]
    will, bark = next_words(["the", "dogs"], 3)["will"], next_words(["the", "dogs", "will"], 3)["bark"]
    assert grammar["probabilities"] == [pytest.approx(will * bark), 0.0]
    assert (grammar["share"], grammar["preferred"]) == (1.0, "Will bark")


@pytest.mark.parametrize("example", WORLD_EXAMPLES, ids=lambda example: example.subject)
def test_phrases_of_the_world_s_examples_follow_one_another_and_keep_the_agreeing_form(example: Example) -> None:
    for count in range(len(example.phrases) + 1):
        words = " ".join([example.subject, *example.phrases[:count]]).split(" ")
        possible = next_words(words, 3)
        assert example.first in possible
        assert example.second not in possible


def test_a_question_without_words_is_the_first_example_that_the_text_knows(world_page: Page) -> None:
    question = world_page.ask(SCREEN)["question"]
    assert question == {"subject": "the dogs", "between": "", "first": "bark", "second": "barks"}


def test_examples_with_unknown_words_are_left_out(world_page: Page, other_text: Workspace) -> None:
    assert [example["subject"] for example in world_page.ask(SCREEN)["examples"]] == ["the dogs", "the dog"]
    found = answer(OpenedModels(other_text), {"subject": "the dog", "first": "runs", "second": "run"})
    assert found["examples"] == []


@pytest.mark.parametrize(
    ("texts", "error"),
    [
        ({"subject": "the dogs"}, "a verb form is empty"),
        ({"first": "bark", "second": " bark "}, "both verb forms are the same"),
        ({"first": "run", "second": "RUN"}, "both verb forms are the same"),
        ({"first": "b" * 61, "second": "bark"}, "the first verb form has 61 characters; give 60 at most"),
        ({"subject": "b" * (LONGEST_TEXT + 1)}, "the subject has 501 characters; give 500 at most"),
    ],
)
def test_a_question_that_has_no_answer_says_why(other_text: Workspace, texts: dict[str, str], error: str) -> None:
    with pytest.raises(FirthError, match=error):
        answer(OpenedModels(other_text), texts)
