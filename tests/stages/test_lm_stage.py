"""Stage ``lm`` on a language of four sentences."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from lm.settings import all_dropouts
from stages.four_sentences import experiment, metrics_in, train_lm, workspace_at

from firth.errors import FirthError
from firth.lm.networks import load
from firth.lm.text_windows import warm_up_context
from firth.tables import read_csv
from firth.text.streams import TokenStream
from firth.vectors.keyed_vectors import save_vectors


def test_a_training_s_outputs_belong_together(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    train_lm(experiment(), workspace, "gru")
    folder = workspace.model("lm-gru")
    metrics, curve, network = metrics_in(folder), read_csv(folder / "curve.csv"), load(folder)
    train = TokenStream.load(workspace.tokens("lm"), "train").with_sentence_ends()
    assert network.warm_up_context == warm_up_context(train)
    assert metrics["parameters"] == 7 * 16 + 7 + 3 * (2 * 16 * 16 + 2 * 16)
    assert list(curve["epoch"]) == list(range(1, 13))
    assert metrics["best_epoch"] == curve["valid_loss"].argmin() + 1
    assert curve["valid_perplexity"][0] == pytest.approx(math.exp(curve["valid_loss"][0]), rel=1e-4)
    norms = json.loads((folder / "gradient_norm.json").read_text())
    assert 0 <= norms["clipped_share"] <= 1
    assert norms["percentile_50"] <= norms["largest"]


@pytest.mark.parametrize("context_size", [1, 2])
def test_a_feed_forward_network_has_a_weight_for_every_word_of_its_context(tmp_path: Path, context_size: int) -> None:
    workspace = workspace_at(tmp_path)
    train_lm(experiment(context_size=context_size, max_epochs=1), workspace, "feedforward")
    parameters = metrics_in(workspace.model("lm-feedforward"))["parameters"]
    assert parameters == 7 * 16 + 7 + context_size * 16 * 16 + 16


def test_the_same_experiment_gives_the_same_bytes(tmp_path: Path) -> None:
    outputs = []
    for name in ("first", "second"):
        workspace = workspace_at(tmp_path / name)
        train_lm(experiment(**{"max_epochs": 1, **all_dropouts(0.2)}), workspace, "lstm")
        outputs.append({path.name: path.read_bytes() for path in workspace.model("lm-lstm").iterdir()})
    assert outputs[0] == outputs[1]
    assert {"weights.safetensors", "settings.json", "curve.csv", "metrics.json", "gradient_norm.json"} <= {*outputs[0]}


def test_embeddings_start_from_word_vectors_where_the_vocabulary_has_them(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    with pytest.raises(FirthError, match=r"vectors\.bin: not there yet"):
        train_lm(experiment(initial_embeddings="svd"), workspace, "rnn")
    workspace.model("svd").mkdir(parents=True)
    save_vectors(["dog", "cat"], np.array([[1, -1] * 8, [2, 0] * 8]), workspace.model("svd"))
    train_lm(experiment(initial_embeddings="svd", max_epochs=1), workspace, "rnn")
    metrics = metrics_in(workspace.model("lm-rnn"))
    assert metrics["initial_embeddings_covered"] == pytest.approx(1 / 7, rel=1e-5)
