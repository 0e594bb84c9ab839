"""Stage ``seq2seq`` on small texts."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from stages.effective import settings_of
from stages.small_pairs import make_questions, make_translations, small_networks

from firth.errors import FirthError
from firth.params.experiment import Params
from firth.params.task_names import Attention, Task
from firth.seq2seq.encoder_decoder import load
from firth.stages import seq2seq
from firth.tables import read_csv
from firth.text.sides import whole_words
from firth.vectors.keyed_vectors import save_vectors
from firth.workspace import Workspace


@pytest.fixture
def params() -> Params:
    return small_networks()


def train(params: Params, workspace: Workspace, task: Task, attention: Attention) -> None:
    seq2seq.run(settings_of(params, "seq2seq", task, attention), workspace, task, attention)


def test_a_training_s_outputs_belong_together(params: Params, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    make_questions(workspace)
    train(params, workspace, "qa", "none")
    folder = workspace.model("seq2seq-qa-none")
    metrics, curve = json.loads((folder / "metrics.json").read_text()), read_csv(folder / "curve.csv")
    assert metrics["parameters"] == sum(parameter.numel() for parameter in load(folder).parameters())
    assert list(curve["epoch"]) == [1, 2]
    best = curve.iloc[metrics["best_epoch"] - 1]
    assert best["valid_loss"] == curve["valid_loss"].min()
    assert metrics["valid_perplexity"] == best["valid_perplexity"]
    assert best["valid_perplexity"] == pytest.approx(math.exp(best["valid_loss"]), rel=1e-4)


def test_same_params_give_the_same_bytes(params: Params, tmp_path: Path) -> None:
    results = []
    for place in ("one", "two"):
        workspace = Workspace(tmp_path / place)
        make_questions(workspace)
        train(params, workspace, "qa", "none")
        results.append({path.name: path.read_bytes() for path in workspace.model("seq2seq-qa-none").iterdir()})
        torch.rand(7)  # whatever has been drawn before does not matter
    assert results[0] == results[1]


def test_missing_tokens_name_the_stage_that_makes_them(params: Params, tmp_path: Path) -> None:
    with pytest.raises(FirthError, match="tokenize@qa"):
        train(params, Workspace(tmp_path), "qa", "none")


def test_embeddings_may_be_initialized_from_word_vectors(params: Params, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    make_translations(workspace)
    vectors = np.random.default_rng(0).normal(size=(3, 16))
    workspace.model("svd").mkdir(parents=True)
    save_vectors(["mary", "sees", "unseen"], vectors, workspace.model("svd"))
    changes = {"initial_embeddings": "svd", "max_epochs": 1, "learning_rate": 1e-12}
    params = params.model_copy(update={"seq2seq": params.seq2seq.model_copy(update=changes)})
    train(params, workspace, "translation", "none")
    metrics = json.loads((workspace.model("seq2seq-translation-none") / "metrics.json").read_text())
    network = load(workspace.model("seq2seq-translation-none"))
    pieces = whole_words(workspace.tokens("translation"), "source")
    covered = {key: value for key, value in metrics.items() if key.startswith("initial_embeddings")}
    assert covered == {"initial_embeddings_covered_source": pytest.approx(2 / len(pieces), rel=1e-4)}
    ratios = {}
    for side, embedding in (("source", network.encoder.embedding), ("target", network.decoder.embedding)):
        rows = [embedding.weight[pieces.index(word)].detach().numpy() for word in ("Mary", "sees")]
        ratios[side] = np.stack(rows) / vectors[:2]
    np.testing.assert_allclose(ratios["source"], ratios["source"][0, 0], rtol=1e-4)
    assert ratios["target"].std() > 0.1  # as random as ever: the vectors are of the source's language
