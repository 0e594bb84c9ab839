"""Every step of a translation on the screen: those of the command line's objects."""

from pathlib import Path

import numpy as np
import pytest
from ask.tiny_models import add_encoder_decoder
from live.asking_pages import Page
from live.tiny_pairs import write_tokens

from firth.ask.loading import load_line_decoder
from firth.ask.translators import Translator
from firth.errors import FirthError
from firth.live.opened_models import OpenedModels
from firth.live.screens.translate import answer, hundredths
from firth.live.translation_examples import LONGEST_SENTENCE, WORLD_SENTENCES
from firth.text.text_form import TextForm
from firth.workspace import Workspace

TEXT = "The dogs eat apples."


def test_every_model_gives_its_translation_word_by_word(world_page: Page, world: Workspace) -> None:
    none, dot, general = world_page.ask("translate", text=TEXT)["models"]
    assert "`dvc repro seq2seq@translation-general`" in general["error"]
    for found in (none, dot):
        translator = Translator(load_line_decoder(world.model(f"seq2seq-translation-{found['name']}")))
        expected = translator.translate(TEXT, 1)
        assert (found["text"], found["source"]) == (expected.text, expected.source_tokens)
        assert [one["token"] for one in found["output"]] == expected.tokens
        assert [one["candidates"][0]["token"] for one in found["output"]] == expected.tokens
        if expected.attention is None:
            assert {one["attention"] for one in found["output"]} == {None}
        else:
            rows = [one["attention"] for one in found["output"]]
            assert rows == [pytest.approx(row.tolist(), abs=0.001) for row in expected.attention]


def test_states_are_in_hundredths_and_readings_cover_the_source(world_page: Page, world: Workspace) -> None:
    none = world_page.ask("translate", text=TEXT)["models"][0]
    translator = Translator(load_line_decoder(world.model("seq2seq-translation-none")))
    (reading,) = none["readings"]
    assert sorted(reading["positions"]) == list(range(len(none["source"])))
    expected = translator.translation_steps(TEXT, 3).states
    assert none["output"][0]["state"] == reading["states"][-1] == [round(100 * float(value)) for value in expected[0]]


def test_a_state_that_is_nan_is_no_whole_number() -> None:
    with pytest.raises(FirthError, match="NaN"):
        hundredths(np.array([[0.5, np.nan]], np.float32))


def test_a_question_without_text_is_the_first_example_and_has_its_reference(world_page: Page) -> None:
    found = world_page.ask("translate")
    assert found["text"] == WORLD_SENTENCES[0] == found["examples"][0]
    assert found["reference"] == {"text": "Marie mange des pommes."}
    assert [one["is_reference"] for one in found["models"][:2]] == [False, False]  # the weights are random


def test_an_output_is_compared_with_the_reference(world: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    models = OpenedModels(world)
    written = answer(models, {"text": TEXT})["models"][0]["text"]
    monkeypatch.setattr("firth.live.screens.translate.grammar_translation", lambda *question: written)
    assert answer(models, {"text": TEXT})["models"][0]["is_reference"]


def test_of_several_sentences_the_first_is_translated(world_page: Page) -> None:
    found = world_page.ask("translate", text=f"{TEXT} Mary eats apples.")
    assert (found["sentence"], found["models"][0]["source"][-1]) == (TEXT, ".")
    assert found["models"] == world_page.ask("translate", text=TEXT)["models"]


def test_unknown_words_are_named_once_with_words_that_are_spelled_alike(world_page: Page) -> None:
    (unknown,) = world_page.ask("translate", text="Mary eats applez.")["unknown"]
    assert unknown["word"] == "applez"
    assert "apples" in unknown["advice"]


@pytest.mark.parametrize(
    ("text", "error"),
    [("", "write a sentence"), ("狗叫", "has no word that the model knows"), ("a" * (LONGEST_SENTENCE + 1), "300 at")],
)
def test_what_no_model_can_read_is_one_error(world_page: Page, text: str, error: str) -> None:
    response = world_page.get("/ask/translate", texts={"text": text})
    assert response.status_code == 400
    assert error in response.json()["error"]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script> apples", "apples كلب", "Mary\x00\u202e eats", "a " * 150, "<eos> Mary"]
)
def test_any_text_with_a_known_word_has_an_answer(world_page: Page, text: str) -> None:
    found = world_page.ask("translate", text=text)
    assert [len(one["output"]) > 0 for one in found["models"][:2]] == [True, True]


def test_other_text_has_the_test_set_s_sentences_as_examples(tmp_path: Path) -> None:
    workspace, form = Workspace(tmp_path), TextForm(False, False, {"source": "en", "target": "de"}, False, "words")
    size = write_tokens(workspace, "translation", form, [("He runs.", "Er läuft."), ("Rain.", "Regen.")])
    add_encoder_decoder(workspace, "translation", "none", size)
    models = OpenedModels(workspace)
    found = answer(models, {})
    assert (found["text"], found["examples"]) == ("Rain.", ["Rain.", "He runs."])
    assert found["reference"] == {"text": "Regen."}
    unpaired = answer(models, {"text": "He runs"})
    assert "is not known" in unpaired["reference"]["error"]
    assert unpaired["models"][0]["is_reference"] is None


def test_without_any_model_the_screen_names_the_command(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    with pytest.raises(FirthError, match="`dvc repro seq2seq`"):
        answer(OpenedModels(Workspace(tmp_path)), {})
