"""Answers on the screen, with what the models look at: those of the command line's objects; and the world's answers."""

from pathlib import Path

import pytest
from ask.tiny_models import add_encoder_decoder
from live.asking_pages import Page
from live.tiny_pairs import write_tokens

from firth.ask.decoding_steps import gradient_shares
from firth.ask.loading import load_line_decoder
from firth.ask.translators import QuestionAnswerer
from firth.errors import FirthError
from firth.live.opened_models import OpenedModels
from firth.live.screens.story_questions import LONGEST_QUESTION, answer
from firth.live.story_examples import LONGEST_STORY
from firth.text.text_form import TextForm
from firth.workspace import Workspace

STORY = "Tim goes to his room.\nTim takes the ball.\nMary walks to the kitchen.\nTim goes to the garden."
QUESTION = "Where is the ball?"


def test_every_model_gives_its_answer_and_what_it_looks_at(world_page: Page, world: Workspace) -> None:
    none, dot = world_page.ask("story_questions", story=STORY, question=QUESTION)["models"]
    assert (none["by"], dot["by"]) == ("gradient", "attention")
    for found in (none, dot):
        decoder = load_line_decoder(world.model(f"seq2seq-qa-{found['name']}"))
        expected = QuestionAnswerer(decoder).answer(STORY, QUESTION, 1)
        weights = expected.attention
        if weights is None:
            weights = gradient_shares(decoder, QuestionAnswerer(decoder).answer_steps(STORY, QUESTION, 1))
        assert (found["text"], found["source"]) == (expected.text, expected.source_tokens)
        assert [one["token"] for one in found["output"]] == expected.tokens
        assert [one["weights"] for one in found["output"]] == [
            pytest.approx(row, abs=0.001) for row in weights.tolist()
        ]


def test_the_world_tells_the_true_answer_and_what_comes_next(world_page: Page) -> None:
    found = world_page.ask("story_questions", story=STORY, question="where was the ball before the garden?")
    assert found["reference"] == {"text": "The ball was in the room of Tim.", "supporting": [1, 2, 4]}
    assert "Where is Mary?" in found["world"]["questions"]
    assert "Tim drops the ball." in found["world"]["next"]["Tim"]
    assert [one["is_reference"] for one in found["models"]] == [False, False]  # the weights are random


def test_an_answer_is_compared_with_the_true_one(world: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    models, query = OpenedModels(world), {"story": STORY, "question": QUESTION}
    written = answer(models, query)["models"][1]["text"]
    reference = {"text": written, "supporting": [1]}
    monkeypatch.setattr("firth.live.screens.story_questions._by_world", lambda *asked: {"reference": reference})
    assert [one["is_reference"] for one in answer(models, query)["models"]] == [False, True]


@pytest.mark.parametrize(
    ("story", "question", "world_error", "reference_error"),
    [
        (STORY, "Where is Emma?", "", "does not answer"),
        ("Tim takes the garden.", QUESTION, r"sentence 1 (Tim takes the garden.)", "not known"),
        (STORY + "\nMary takes the ball.", QUESTION, "sentence 5", "not known"),
    ],
)
def test_a_story_that_the_world_does_not_tell_has_answers_of_models_alone(
    world_page: Page, story: str, question: str, world_error: str, reference_error: str
) -> None:
    found = world_page.ask("story_questions", story=story, question=question)
    assert world_error in found["world"].get("error", "")
    assert reference_error in found["reference"]["error"]
    assert [one["is_reference"] for one in found["models"]] == [None, None]
    assert all(one["output"] for one in found["models"])


def test_a_question_without_texts_is_the_lecture_s(world_page: Page) -> None:
    found = world_page.ask("story_questions")
    assert (found["story"], found["question"]) == ("Tim is playing in his room.", "Where is Tim?")
    assert found["reference"]["text"] == "Tim is in his room."
    assert len(found["examples"]) > 2


def test_sentences_of_a_story_may_stand_on_one_line(world_page: Page) -> None:
    found = world_page.ask("story_questions", story=STORY.replace("\n", "  "), question=QUESTION)
    assert found == world_page.ask("story_questions", story=STORY, question=QUESTION)
    assert found["story"] == STORY


def test_unknown_words_of_story_and_question_are_named(world_page: Page) -> None:
    found = world_page.ask("story_questions", story="Tim takes the balll.", question="Where is Zoe?")
    assert [one["word"] for one in found["unknown"]] == ["balll", "Zoe"]
    assert "ball" in found["unknown"][0]["advice"]


@pytest.mark.parametrize(
    ("story", "question", "error"),
    [
        ("", QUESTION, "write a story"),
        (" \n ", QUESTION, "write a story"),
        (STORY, "", "write a question"),
        ("狗叫", QUESTION, "has no word that the model knows"),
        (STORY, "狗叫", "has no word that the model knows"),
        ("a" * (LONGEST_STORY + 1), QUESTION, "the story has 1,001 characters"),
        (STORY, "a" * (LONGEST_QUESTION + 1), "the question has 201 characters"),
    ],
)
def test_what_no_model_can_read_is_one_error(world_page: Page, story: str, question: str, error: str) -> None:
    response = world_page.get("/ask/story_questions", texts={"story": story, "question": question})
    assert response.status_code == 400
    assert error in response.json()["error"]


def test_other_stories_have_the_test_set_s_answers(tmp_path: Path) -> None:
    workspace, form = Workspace(tmp_path), TextForm(False, False, "en", False, "words")
    size = write_tokens(workspace, "qa", form, [("Rex is out. Where is Rex?", "out")])
    add_encoder_decoder(workspace, "qa", "none", size)
    models = OpenedModels(workspace)
    found = answer(models, {})
    assert (found["story"], found["question"]) == ("Rex is out.", "Where is Rex?")
    assert found["reference"] == {"text": "out", "supporting": []}
    assert "not the built-in world's" in found["world"]["error"]
    assert "not known" in answer(models, {"story": "Rex is out.", "question": "Is Rex out?"})["reference"]["error"]


def test_without_any_model_the_screen_names_the_command(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    with pytest.raises(FirthError, match="`dvc repro seq2seq`"):
        answer(OpenedModels(Workspace(tmp_path)), {})
