import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from firth.errors import FirthError
from firth.lm.data import TextData, training_columns
from firth.lm.module import LanguageModel, nats_per_token, score_next
from firth.lm.networks import LanguageNetwork, build
from firth.params.compute import ComputeParams
from firth.params.lm import NETWORKS, LmParams, Network
from firth.text.vocabulary import EOS_ID
from firth.training.trainer import History, Run, train

CYCLE = np.tile(np.array([2, 3, 2, 4, 1], np.uint16), 60)  # 2 is followed by 3 or 4: the state decides


def settings(**changes: float) -> LmParams:
    values = {
        "embedding_size": 12,
        "hidden_size": 12,
        "layers": 1,
        "dropout": 0.0,
        "tied_embeddings": True,
        "context_size": 3,
        "direct_connections": True,
        "initial_embeddings": "random",
        "batch_size": 4,
        "bptt_length": 10,
        "optimizer": "adam",
        "learning_rate": 0.03,
        "gradient_clip_norm": 1.0,
        "max_epochs": 3,
        "patience": 3,
    }
    return LmParams.model_validate({**values, **changes})


def fresh(params: LmParams, network: Network = "gru", kind: type[LanguageModel] = LanguageModel) -> LanguageModel:
    torch.manual_seed(5)
    return kind(build(network, 6, params), params)


def fit(model: LanguageModel, folder: Path, text: np.ndarray = CYCLE, valid: np.ndarray = CYCLE[:43]) -> History:
    params = model.params
    return train(
        model,
        TextData(text, valid, params.batch_size, params.bptt_length),
        Run(
            "lm",
            folder / "checkpoints",
            folder / "logs",
            1,
            "32-true",
            ComputeParams(accelerator="cpu", devices=1, nodes=1),
        ),
        max_epochs=params.max_epochs,
        patience=params.patience,
        gradient_clip_norm=params.gradient_clip_norm,
    )


class InterruptionError(Exception):
    """Stands for a kill."""


class Breaks(LanguageModel):
    """Is interrupted in the middle of its second epoch."""

    def on_train_batch_start(self, batch: object, batch_idx: int) -> None:
        if self.current_epoch == 1 and batch_idx == 4:
            raise InterruptionError


class NeverTrains(LanguageModel):
    def on_train_batch_start(self, batch: object, batch_idx: int) -> None:
        raise InterruptionError


def token_by_token(network: LanguageNetwork, ids: NDArray[Any]) -> list[float]:
    """Nats of every token, read one at a time from <eos> and a zero state on."""
    losses: list[float] = []
    state, before = None, EOS_ID
    with torch.no_grad():
        for token in ids.astype(np.int64):
            logits, state = network(torch.tensor([[before]]), state)
            losses.append(-float(logits[0, 0].double().log_softmax(0)[token]))
            before = int(token)
    return losses


@pytest.mark.parametrize("network", NETWORKS)
def test_evaluation_equals_a_token_by_token_pass_whatever_the_window(network: Network) -> None:
    model = build_double(network)
    ids = np.random.default_rng(0).integers(0, 6, 23).astype(np.uint16)
    expected = float(np.mean(token_by_token(model.eval(), ids)))
    for window in (1, 2, 5, 22, 23, 1000):
        assert nats_per_token(model.train(), ids, window) == pytest.approx(expected, rel=1e-12)


def build_double(network: Network) -> LanguageNetwork:
    torch.manual_seed(3)
    return build(network, 6, settings(dropout=0.5, layers=2)).double()


@pytest.mark.parametrize("network", ["feedforward", "lstm"])
def test_score_next_reads_each_prefix_from_an_end_of_sentence_on(network: Network) -> None:
    model = build_double(network)
    prefixes = [np.array(prefix, np.int64) for prefix in ([2, 3, 5], [], [4], [2, 3])]
    words = np.array([[2, 3], [0, 1], [5, 5], [4, 2]])
    scores = score_next(model, prefixes, words)
    for prefix, asked, row in zip(prefixes, words, scores, strict=True):
        expected = [-token_by_token(model, np.append(prefix, word))[-1] for word in asked]
        assert row == pytest.approx(np.array(expected))


@pytest.mark.parametrize("network", ["feedforward", "gru"])
def test_training_reaches_near_zero_loss_on_a_cycle_that_needs_memory(network: Network, tmp_path: Path) -> None:
    model = fresh(settings(max_epochs=10, patience=10), network)
    history = fit(model, tmp_path)
    assert nats_per_token(model.network, CYCLE) < 0.05
    assert history.rows[-1]["train_loss"] < 0.05


@pytest.mark.parametrize("network", ["feedforward", "rnn"])
def test_training_carries_the_state_from_window_to_window(network: Network, tmp_path: Path) -> None:
    model = fresh(settings(bptt_length=1, batch_size=1, max_epochs=1, learning_rate=1e-9), network)
    before = [weight.detach().clone() for weight in model.parameters()]
    row = fit(model, tmp_path, CYCLE[:30]).rows[0]
    assert all(torch.allclose(old, new, atol=1e-6) for old, new in zip(before, model.parameters(), strict=True))
    assert row["train_loss"] == pytest.approx(float(np.mean(token_by_token(model.network, CYCLE[:30]))), rel=1e-5)


def test_valid_loss_is_the_mean_over_all_tokens_of_twenty_streams(tmp_path: Path) -> None:
    valid = np.random.default_rng(0).integers(0, 6, 20 * 150 - 7).astype(np.uint16)  # two windows, a tail of 13
    model = fresh(settings(max_epochs=1, learning_rate=1e-9))
    history = fit(model, tmp_path, CYCLE, valid)
    losses = []
    with torch.no_grad():
        for start in range(0, len(valid), 150):
            before = [1 if start == 0 else int(valid[start - 1]), *valid[start : start + 149].tolist()]
            part = torch.from_numpy(valid[start : start + 150].astype(np.int64))
            logits, _ = model.network(torch.tensor(before[: len(part)])[:, None])
            losses += F.cross_entropy(logits[:, 0], part, reduction="none").tolist()
    assert len(losses) == len(valid)
    assert history.rows[0]["valid_loss"] == pytest.approx(float(np.mean(losses)), rel=1e-5)


def weights_of(model: LanguageModel) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def assert_same(first: tuple[LanguageModel, History], second: tuple[LanguageModel, History]) -> None:
    assert first[1].rows == second[1].rows
    for name, value in weights_of(first[0]).items():
        assert torch.equal(value, second[0].state_dict()[name]), name


@pytest.mark.parametrize("network", ["feedforward", "rnn", "lstm"])
def test_a_training_interrupted_in_mid_epoch_ends_in_the_same_bytes(network: Network, tmp_path: Path) -> None:
    params = settings(dropout=0.3, layers=2)
    whole = fresh(params, network)
    expected = fit(whole, tmp_path / "whole")
    with pytest.raises(InterruptionError):
        fit(fresh(params, network, Breaks), tmp_path / "broken")
    torch.manual_seed(99)
    resumed = LanguageModel(build(network, 6, params), params)
    assert_same((resumed, fit(resumed, tmp_path / "broken")), (whole, expected))


def test_a_training_that_had_stopped_early_is_not_trained_further(tmp_path: Path) -> None:
    params = settings(max_epochs=8, patience=2, learning_rate=0.05)
    noise = np.random.default_rng(1).integers(0, 6, 60).astype(np.uint16)
    model = fresh(params)
    history = fit(model, tmp_path, CYCLE, noise)
    assert len(history.rows) < params.max_epochs
    torch.manual_seed(99)
    again = NeverTrains(build("gru", 6, params), params)
    assert_same((again, fit(again, tmp_path, CYCLE, noise)), (model, history))


def test_diverging_training_is_reported_with_the_learning_rate(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match=r"training diverged in epoch 1.*lower its learning_rate"):
        fit(fresh(settings(learning_rate=1e5, tied_embeddings=False)), tmp_path)


def test_a_uniform_network_has_the_perplexity_of_the_vocabulary() -> None:
    network = build("gru", 6, settings())
    with torch.no_grad():
        network.embedding.weight.zero_()
    assert math.exp(nats_per_token(network, CYCLE)) == pytest.approx(6)


def test_the_dropped_tail_is_shorter_than_a_row() -> None:
    tokens, _ = training_columns(CYCLE[:299], 4)
    assert tokens.shape == (74, 4)
