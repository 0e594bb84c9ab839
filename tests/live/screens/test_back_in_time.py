"""How far the error at a word reaches, on the screen."""

from pathlib import Path

import pytest
import torch
from ask.tiny_models import TOKENS, small_network
from live.asking_pages import Page

from firth.derived_seed import derived_seed
from firth.errors import FirthError
from firth.live.opened_models import OpenedModels
from firth.live.screens.back_in_time import FAINT, answer
from firth.lm.networks import load
from firth.lm.recurrent import Recurrent
from firth.measures.gradients_in_time import lag_norms
from firth.text.vocabulary import EOS_ID
from firth.workspace import Workspace

SCREEN = "back_in_time"


def expected(world: Workspace, network: object, words: list[str], cells: bool = False) -> list[float]:
    """Gradient norms at the words before the last, the first word first."""
    vocabulary = OpenedModels(world).encoder().vocabulary
    ids = [vocabulary.id(word) for word in words]
    assert isinstance(network, Recurrent)
    texts = torch.tensor([[EOS_ID], *[[number] for number in ids[:-1]]])
    found: list[float] = lag_norms(network, texts, torch.tensor(ids[-1:]), cells).tolist()
    return found[::-1][1:]


def test_each_word_has_the_norm_of_the_gradient_at_the_state_after_it(world_page: Page, world: Workspace) -> None:
    found = world_page.ask(SCREEN, text="the dogs near the child bark near the ball", word="6")
    (lstm,) = [network for network in found["networks"] if network["name"] == "lstm"]
    hidden, cell = lstm["states"]
    words, trained = ["the", "dogs", "near", "the", "child", "bark"], load(world.model("lm-lstm"))
    assert hidden["after"]["norms"] == pytest.approx(expected(world, trained, words))
    assert cell["after"]["norms"][:-1] == pytest.approx(expected(world, trained, words, cells=True)[:-1])
    assert cell["after"]["norms"][-1] is None  # the loss reads the hidden state
    assert (found["word"], found["tokens"][5]) == (6, "bark")


def test_before_training_the_network_has_the_weights_of_the_seed(world_page: Page, world: Workspace) -> None:
    found = world_page.ask(SCREEN, text="the dogs bark")
    (lstm,) = [network for network in found["networks"] if network["name"] == "lstm"]
    torch.manual_seed(derived_seed(1, "lm-lstm", "weights"))
    untrained = small_network("lstm", len(OpenedModels(world).encoder().vocabulary))
    assert lstm["states"][0]["before"]["norms"] == pytest.approx(expected(world, untrained, ["the", "dogs", "bark"]))


def test_the_reach_is_the_farthest_word_that_is_not_faint(world_page: Page) -> None:
    found = world_page.ask(SCREEN)
    for state in next(network for network in found["networks"] if network["name"] == "lstm")["states"]:
        norms = [norm or 0.0 for norm in state["after"]["norms"]]
        first = next(place for place, norm in enumerate(norms) if norm >= FAINT * max(norms))
        assert state["after"]["reach"] == len(norms) - first


def test_an_error_that_vanishes_reaches_no_word(other_text: Workspace) -> None:
    network = small_network("rnn", len(TOKENS))
    for weight in network.parameters():
        torch.nn.init.zeros_(weight)
    network.save(other_text.model("lm-rnn"))
    rnn, _ = answer(OpenedModels(other_text), {"text": "the dog runs"})["networks"]
    assert rnn["states"][0]["after"] == {"norms": [0.0, 0.0], "reach": 0}


def test_without_a_question_the_error_is_that_of_a_verb_far_from_its_subject(world_page: Page) -> None:
    found = world_page.ask(SCREEN)
    assert (found["tokens"][1], found["tokens"][found["word"] - 1]) == ("dogs", "bark")


def test_models_that_are_no_recurrent_networks_are_left_out_and_those_not_built_named(world_page: Page) -> None:
    networks = {network["name"]: network for network in world_page.ask(SCREEN)["networks"]}
    assert list(networks) == ["gru", "lstm"]
    assert "`dvc repro lm@gru`" in networks["gru"]["error"]


def test_the_first_word_has_none_before_it_and_an_empty_text_no_word(world_page: Page) -> None:
    (_, lstm) = world_page.ask(SCREEN, text="the dogs", word="1")["networks"]
    assert [state["after"] for state in lstm["states"]] == [{"norms": [], "reach": 0}] * 2
    assert world_page.ask(SCREEN, text="")["word"] == 0


def test_a_second_word_of_a_cell_has_no_norm(world_page: Page) -> None:
    (_, lstm) = world_page.ask(SCREEN, text="the dogs", word="2")["networks"]
    assert lstm["states"][1]["after"] == {"norms": [None], "reach": 0}


def test_without_the_seed_the_trained_network_still_answers(other_text: Workspace) -> None:
    found = answer(OpenedModels(other_text), {"text": "the dog runs"})
    rnn, lstm = found["networks"]
    assert "`dvc repro check`" in rnn["states"][0]["before"]["error"]
    assert len(rnn["states"][0]["after"]["norms"]) == 2
    assert [state["kind"] for state in lstm["states"]] == ["hidden", "cell"]


@pytest.mark.parametrize(
    ("texts", "error"),
    [
        ({"text": "the dogs", "word": "3"}, "the sentence has the words 1 to 2"),
        ({"text": "the dogs", "word": "-1"}, "the sentence has the words 1 to 2"),
        ({"text": "the dogs", "word": "²"}, "the sentence has the words 1 to 2"),
        ({"text": "the " * 61}, "the sentence has 61 tokens; give 60 at most"),
    ],
)
def test_a_question_without_an_answer_says_why(other_text: Workspace, texts: dict[str, str], error: str) -> None:
    with pytest.raises(FirthError, match=error):
        answer(OpenedModels(other_text), texts)


def test_unknown_words_are_named(world_page: Page) -> None:
    assert [unknown["word"] for unknown in world_page.ask(SCREEN, text="the dogz bark")["unknown"]] == ["dogz"]


def test_without_any_model_the_screen_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match="dvc repro"):
        answer(OpenedModels(Workspace(tmp_path)), {})
