"""A stage refuses settings and code that are not those of the checkout; what is recorded of an item is read once."""

from dataclasses import replace
from pathlib import Path

import pytest

from firth.code_graph import CodeGraph
from firth.errors import FirthError
from firth.execute import read_settings
from firth.freshness import verify_fresh, verify_listed
from firth.params.effective import effective_settings
from firth.params.experiment import Params, load_params
from firth.params.pipeline_items import Item
from firth.params.settings import as_text
from firth.workspace import Workspace, checkout, write_text

NGRAM = Item("ngram", ())


@pytest.fixture(scope="module")
def params() -> Params:
    return load_params(checkout() / "params.yaml")


@pytest.fixture(scope="module")
def workspace(params: Params, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A folder where the settings and the code of one item are recorded."""
    found = Workspace(tmp_path_factory.mktemp("fresh"))
    write_text(found.code / "ngram.txt", CodeGraph.of(checkout()).listing(NGRAM))
    write_text(found.settings / "ngram.json", as_text(effective_settings(params, [NGRAM])["ngram"]))
    return found


def test_what_is_recorded_is_read_once_and_held_against_code_and_params(workspace: Workspace, params: Params) -> None:
    settings = read_settings(workspace, "ngram", params.compute)
    elsewhere = Workspace(workspace.root / "without files")
    verify_fresh(elsewhere, NGRAM, settings, params)
    other = replace(settings, code=settings.code.replace("firth.ngram", "firth.mgram"))
    with pytest.raises(FirthError, match=r"code/ngram\.txt: the code has changed since; run `dvc repro code`"):
        verify_fresh(elsewhere, NGRAM, other, params)
    changed = params.model_copy(update={"ngram": params.ngram.model_copy(update={"order": params.ngram.order + 1})})
    with pytest.raises(
        FirthError, match=r"settings/ngram\.json: params\.yaml has changed since; run `dvc repro check`"
    ):
        verify_fresh(elsewhere, NGRAM, settings, changed)


@pytest.mark.parametrize("content", ["<<<<<<< HEAD\n{}\n", "[]", "[" * 100_000])
def test_damaged_settings_name_the_command_that_writes_them(tmp_path: Path, params: Params, content: str) -> None:
    damaged = Workspace(tmp_path)
    write_text(damaged.code / "ngram.txt", "")
    write_text(damaged.settings / "ngram.json", content)
    with pytest.raises(FirthError, match=r"ngram\.json: no JSON object \(a merge conflict\?\); .*`dvc repro check`"):
        read_settings(damaged, "ngram", params.compute)


def test_damaged_digests_name_the_command_that_writes_them(tmp_path: Path, params: Params) -> None:
    damaged = Workspace(tmp_path)
    damaged.code.mkdir()
    (damaged.code / "ngram.txt").write_bytes(b"\xff")
    with pytest.raises(FirthError, match=r"ngram\.txt: not UTF-8; .*`dvc repro code`"):
        read_settings(damaged, "ngram", params.compute)


def test_an_item_without_settings_names_the_stage_that_writes_them(tmp_path: Path, params: Params) -> None:
    write_text(Workspace(tmp_path).code / "ngram.txt", "")
    with pytest.raises(FirthError, match=r"ngram\.json: not there yet; build it with `dvc repro check`"):
        read_settings(Workspace(tmp_path), "ngram", params.compute)


@pytest.mark.parametrize(
    ("stage", "arguments", "key"),
    [
        ("lm", ("gru",), "networks"),
        ("gradients", ("gru",), "recurrent_networks"),
        ("evaluate_lm", ("gru",), "language_models"),
        ("seq2seq", ("qa", "general"), "attentions"),
        ("evaluate_seq2seq", ("qa", "general"), "attentions"),
        ("saliency", ("qa", "general"), "attentions"),
        ("seq2seq", ("translation", "none"), "tasks"),
        ("evaluate_seq2seq", ("translation", "none"), "tasks"),
    ],
)
def test_a_model_that_params_yaml_does_not_list_is_named_with_its_list(
    params: Params, stage: str, arguments: tuple[str, ...], key: str
) -> None:
    lists = {"networks": ["lstm"], "recurrent_networks": [], "language_models": ["ngram"], "attentions": ["none"]}
    without = params.model_copy(update={"models": params.models.model_copy(update={**lists, "tasks": ["qa"]})})
    name = arguments[0] if key == "tasks" else arguments[-1]
    fault = rf"^params\.yaml: models\.{key} does not name {name}; add it there, then run `firth repro`$"
    with pytest.raises(FirthError, match=fault):
        verify_listed(Item(stage, arguments), without)
    for item in (Item("lm", ("lstm",)), Item("saliency", ("qa", "none")), Item("report", ())):
        verify_listed(item, without)
