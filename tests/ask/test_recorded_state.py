"""Folders against what dvc.lock records of them, by DVC itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from ask.asking import Ask
from ask.tiny_models import TOKENS, add_network, build_language_models

from firth.ask import recorded_state
from firth.text.vocabulary import Vocabulary
from firth.vectors.keyed_vectors import save_vectors
from firth.workspace import Workspace

OUTPUTS = {"tokenize@lm": "data/tokens/lm", "lm@lstm": "models/lm-lstm", "svd": "models/svd"}


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An experiment whose folders DVC itself has recorded."""
    folder = tmp_path_factory.mktemp("recorded")
    build_language_models(folder)
    (folder / "models" / "svd").mkdir()
    save_vectors(["cat", "dog"], np.eye(2), folder / "models" / "svd")
    stages = {name.replace("@", "-"): {"cmd": "true", "outs": [path]} for name, path in OUTPUTS.items()}
    stages["lm-lstm"]["deps"] = ["data/tokens/lm"]
    (folder / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}))
    for command in (["init", "--no-scm", "--quiet"], ["commit", "--force", "--quiet"]):
        environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(folder / "site")}
        subprocess.run([sys.executable, "-m", "dvc", *command], cwd=folder, env=environment, check=True)
    return folder


@pytest.fixture
def experiment(committed: Path, folder: Path) -> Workspace:
    """A copy of it to change."""
    shutil.copytree(committed, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".dvc", "site"))
    for path in folder.rglob("*"):
        path.chmod(0o755)
    return Workspace(folder)


@pytest.mark.usefixtures("experiment")
def test_what_dvc_has_recorded_is_asked(ask: Ask, folder: Path) -> None:
    assert recorded_state._state(folder).folders.keys() == set(OUTPUTS.values())
    assert ask("next", "the").status == 0
    assert ask("neighbors", "cat").status == 0
    add_network(folder, "gru")  # which dvc.lock doesn't name
    assert ask("next", "the", "--model", "gru").status == 0


def test_a_model_of_another_experiment_is_named_with_what_brings_it_back(
    ask: Ask, experiment: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(experiment.model("lm-lstm"))
    add_network(experiment.root, "rnn", name="lstm")
    model = experiment.model("lm-ngram")
    shutil.rmtree(model)
    status, rows, errors = ask("next", "the")
    assert (status, rows, errors.count("\n")) == (2, [], 1)
    assert f"{experiment.model('lm-lstm')}: is not what dvc.lock records" in errors
    assert "`dvc checkout models/lm-lstm` brings it back, `dvc repro lm@lstm` builds it" in errors
    monkeypatch.setattr(recorded_state, "READ_WHOLE", 10)  # sizes tell these two apart
    assert ask("next", "the").errors == errors
    save_vectors(["cat", "dog"], -np.eye(2), experiment.model("svd"))
    assert "`dvc checkout models/svd` brings it back, `dvc repro svd` builds it" in ask("neighbors", "cat").errors


def test_a_vocabulary_of_equal_size_is_told_apart(ask: Ask, experiment: Workspace) -> None:
    turned = ["<unk>", "<eos>", *reversed(TOKENS[2:])]
    Vocabulary(turned, [1] * len(TOKENS)).save(experiment.tokens("lm") / "vocabulary.tsv")
    status, rows, errors = ask("score", "-")
    assert (status, rows) == (2, [])
    assert "`dvc checkout data/tokens/lm` brings it back, `dvc repro tokenize@lm` builds it" in errors


def test_a_model_that_was_trained_on_other_tokens_is_told_apart(ask: Ask, experiment: Workspace) -> None:
    lock = experiment.root / "dvc.lock"
    content = yaml.safe_load(lock.read_text())
    content["stages"]["lm-lstm"]["deps"][0]["md5"] = "0" * 32 + ".dir"
    lock.write_text(yaml.safe_dump(content))
    status, rows, errors = ask("next", "the")
    assert (status, rows) == (2, [])
    assert errors == (
        f"error: {experiment.model('lm-lstm')}: was trained on other tokens than data/tokens/lm holds now; "
        "build it again with `dvc repro lm@lstm`\n"
    )
    assert ask("next", "the", "--model", "ngram").status == 0


def test_a_lock_in_conflict_is_one_line(ask: Ask, experiment: Workspace) -> None:
    (experiment.root / "dvc.lock").write_text("schema: '2.0'\n<<<<<<< ours\nstages: {}\n=======\n")
    status, rows, errors = ask("next", "the")
    assert (status, rows, errors.count("\n")) == (2, [], 1)
    assert "dvc.lock: not DVC's (cut off, or a merge conflict?)" in errors
