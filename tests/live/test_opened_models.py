"""Models are loaded once, and anew when they are built again."""

import json
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree, rmtree

import pytest
from ask.tiny_models import SEARCH, SENTENCES, TOKENS, build_encoder_decoders, plain

from firth.ask.language_models import LanguageModel
from firth.ask.line_decoding import LineDecoder
from firth.errors import FirthError
from firth.live.opened_models import OpenedModels
from firth.ngram.kneser_ney import train_kneser_ney
from firth.workspace import Workspace, write_text, writing


def test_a_model_is_loaded_once_also_by_many_at_once(other_text: Workspace) -> None:
    models = OpenedModels(other_text)
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(models.language_model, ["rnn"] * 8))
    assert len({id(one) for one in opened}) == 1


def test_a_model_that_is_built_again_answers_the_next_question(other_text: Workspace) -> None:
    models = OpenedModels(other_text)
    before = models.language_model("ngram").ask(lambda model: model.next_token("the", 3))
    with writing(other_text.model("lm-ngram")) as folder:
        train_kneser_ney(plain([*SENTENCES, "The the the."] * 5), len(TOKENS), 2).save(folder)
    opened = models.language_model("ngram")
    assert opened.model.receptive_field == 1
    assert opened.ask(lambda model: model.next_token("the", 3)) != before


def test_what_is_made_of_the_same_files_is_kept_apart(other_text: Workspace) -> None:
    models, paths = OpenedModels(other_text), (other_text.model("lm-rnn"),)
    assert models.open("number", paths, lambda: 1).model == 1
    assert models.open("name", paths, lambda: "rnn").model == "rnn"
    assert models.open("number", paths, lambda: 2).model == 1


def test_a_search_with_other_settings_answers_the_next_question(tmp_path: Path) -> None:
    workspace = build_encoder_decoders(tmp_path)
    models = OpenedModels(workspace)
    assert models.line_decoder("qa", "none").model.search.beam_size == SEARCH["beam_size"] == 1
    settings = {"threads": 1, "precision": "32-true", "search": {**SEARCH, "beam_size": 12}}
    write_text(workspace.settings / "evaluate_seq2seq-qa-none.json", json.dumps(settings))
    assert models.line_decoder("qa", "none").model.search.beam_size == 12


def test_models_of_one_text_share_its_encoder(other_text: Workspace) -> None:
    models = OpenedModels(other_text)
    assert models.language_model("rnn").model.encoder is models.language_model("ngram").model.encoder


def test_a_model_that_is_taken_away_says_so_and_comes_back(other_text: Workspace) -> None:
    models, folder = OpenedModels(other_text), other_text.model("lm-rnn")
    models.language_model("rnn")
    copytree(folder, folder.with_name("kept"))
    rmtree(folder)
    with pytest.raises(FirthError, match="dvc repro lm@rnn"):
        models.language_model("rnn")
    copytree(folder.with_name("kept"), folder)
    assert models.language_model("rnn").model.name == "rnn"


def test_a_damaged_model_leaves_the_others_their_answers(other_text: Workspace) -> None:
    (other_text.model("lm-lstm") / "settings.json").write_text("{")
    answers = OpenedModels(other_text).ask_language_models(lambda model: {"size": model.receptive_field})
    assert [answer["name"] for answer in answers] == ["ngram", "rnn", "lstm"]
    assert [sorted(set(answer) - {"name"}) for answer in answers] == [["size"], ["size"], ["error"]]
    assert "dvc repro lm@lstm" in answers[-1]["error"]


def test_any_failure_of_a_model_leaves_the_others_their_answers(
    other_text: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    def question(model: LanguageModel) -> dict[str, float]:
        if model.name == "rnn":
            raise ZeroDivisionError("no text")
        return {"share": math.nan if model.name == "lstm" else 0.5}

    ngram, rnn, lstm = OpenedModels(other_text).ask_language_models(question)
    assert ngram == {"name": "ngram", "share": 0.5}
    assert rnn["error"] == "a fault of the program (ZeroDivisionError); the terminal shows it"
    assert "ZeroDivisionError: no text" in capsys.readouterr().err
    assert lstm == {
        "name": "lstm", "error": "its numbers are NaN or infinite; train it again with a smaller learning rate",
    }  # fmt: skip


def test_a_file_that_vanishes_while_a_folder_is_listed_is_none(other_text: Workspace) -> None:
    models, link = OpenedModels(other_text), other_text.model("lm-rnn") / "taken-away"
    link.symlink_to("nowhere")  # listed, but without a state
    opened = models.language_model("rnn")
    link.unlink()
    assert models.language_model("rnn") is opened


def test_a_file_that_vanishes_before_it_is_read_is_one_line(other_text: Workspace) -> None:
    def load() -> None:
        (other_text.model("lm-rnn") / "gone").read_bytes()

    with pytest.raises(FirthError, match="lm-rnn/gone: not there, as while it is built again; ask once more"):
        OpenedModels(other_text).open("model", (other_text.model("lm-rnn"),), load)


def test_encoder_decoders_have_the_order_of_the_report_and_those_that_are_not_built_an_error(world: Workspace) -> None:
    models = OpenedModels(world)
    answers = models.ask_encoder_decoders("translation", lambda decoder: {"size": len(decoder.text.source)})
    assert [answer["name"] for answer in answers] == ["none", "dot", "general"]
    assert ["size" in answer for answer in answers] == [True, True, False]
    with pytest.raises(FirthError, match="dvc repro seq2seq@translation-general"):
        models.line_decoder("translation", "general")


def test_a_question_that_all_encoder_decoders_refuse_for_one_reason_has_one_error(world: Workspace) -> None:
    def refuse(decoder: LineDecoder) -> dict[str, int]:
        raise FirthError("too long")

    def differ(decoder: LineDecoder) -> dict[str, int]:
        raise FirthError(f"too long for {decoder.network.configuration.attention}")

    with pytest.raises(FirthError, match=r"^too long$"):
        OpenedModels(world).ask_encoder_decoders("translation", refuse)
    answers = OpenedModels(world).ask_encoder_decoders("translation", differ)
    assert [answer["error"] for answer in answers[:2]] == ["too long for none", "too long for dot"]
