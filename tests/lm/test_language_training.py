from pathlib import Path

import numpy as np
import pytest
import torch
from lm.settings import all_dropouts, predictions, settings
from lm.token_by_token import token_by_token
from torch import Tensor
from torch.nn import functional as F

from firth.errors import FirthError
from firth.lm.language_network import detached, window_loss
from firth.lm.language_training import LanguageModelTraining
from firth.lm.network_scorer import NetworkScorer
from firth.lm.networks import build
from firth.lm.text_data import TextData
from firth.lm.text_windows import Window, training_columns, validation_columns
from firth.measures.perplexity import cross_entropy
from firth.params.compute_params import ComputeParams
from firth.params.lm_params import LmParams
from firth.params.model_names import NETWORKS, Network
from firth.training.callbacks import History
from firth.training.trainer import Run, train

CYCLE = np.tile(np.array([2, 3, 2, 4, 1], np.uint16), 60)  # 2 is followed by 3 or 4: the state decides


EACH_STEP = 1e-9  # minutes between checkpoints


def fresh(
    params: LmParams, network: Network = "gru", kind: type[LanguageModelTraining] = LanguageModelTraining
) -> LanguageModelTraining:
    torch.manual_seed(5)
    return kind(build(network, 6, params), params)


def fit(
    model: LanguageModelTraining,
    folder: Path,
    text: np.ndarray = CYCLE,
    valid: np.ndarray = CYCLE[:43],
    precision: str = "32-true",
    minutes: float = 2,
) -> History:
    params = model.params
    return train(
        model,
        TextData(text, valid, params.batch_size, params.bptt_length, 7 if params.random_bptt else None),
        Run(
            "lm",
            folder / "checkpoints",
            folder / "logs",
            1,
            precision,
            ComputeParams(accelerator="cpu", devices=1, nodes=1, checkpoint_minutes=minutes),
        ),
        max_epochs=params.max_epochs,
        patience=params.patience,
        gradient_clip_norm=params.gradient_clip_norm,
    )


class InterruptionError(Exception):
    """Stands for a kill."""


class Breaks(LanguageModelTraining):
    """Is interrupted in the middle of an epoch."""

    last_epoch = 1

    def on_train_batch_start(self, batch: Window, batch_index: int) -> None:
        super().on_train_batch_start(batch, batch_index)
        if self.current_epoch == self.last_epoch and batch_index == 4:
            raise InterruptionError


class Counts(LanguageModelTraining):
    """Counts the steps of this process."""

    steps = 0

    def on_train_batch_start(self, batch: Window, batch_index: int) -> None:
        super().on_train_batch_start(batch, batch_index)
        self.steps += 1


class NeverTrains(LanguageModelTraining):
    def on_train_batch_start(self, batch: Window, batch_index: int) -> None:
        raise InterruptionError


@pytest.mark.parametrize("network", ["feedforward", "gru"])
def test_training_reaches_near_zero_loss_on_a_cycle_that_needs_memory(network: Network, tmp_path: Path) -> None:
    model = fresh(settings(max_epochs=10, patience=10), network)
    history = fit(model, tmp_path)
    assert cross_entropy(NetworkScorer(model.network), CYCLE) < 0.05
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
            scores, _ = predictions(model.network, torch.tensor(before[: len(part)])[:, None])
            losses += F.nll_loss(scores[:, 0], part, reduction="none").tolist()
    assert len(losses) == len(valid)
    assert history.rows[0]["valid_loss"] == pytest.approx(float(np.mean(losses)), rel=1e-5)


def weights_of(model: LanguageModelTraining) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def assert_same(first: tuple[LanguageModelTraining, History], second: tuple[LanguageModelTraining, History]) -> None:
    assert first[1].rows == second[1].rows
    for name, value in weights_of(first[0]).items():
        assert torch.equal(value, second[0].state_dict()[name]), name


@pytest.mark.parametrize("minutes", [2, EACH_STEP])
@pytest.mark.parametrize("network", NETWORKS)
def test_a_training_interrupted_in_mid_epoch_ends_in_the_same_bytes(
    network: Network, tmp_path: Path, minutes: float
) -> None:
    params = settings(**all_dropouts(0.3), layers=2, random_bptt=True, averaging_interval=1)
    assert_same(*interrupted_and_whole(params, network, tmp_path, minutes))


@pytest.mark.parametrize("epoch", [0, 1, 2])
@pytest.mark.parametrize("schedule", ["constant", "plateau", "cosine"])
def test_an_interrupted_training_goes_on_at_the_learning_rate_it_had(schedule: str, epoch: int, tmp_path: Path) -> None:
    params = settings(schedule=schedule, optimizer="sgd", learning_rate=3.0, max_epochs=4, patience=4)
    for minutes in (2, EACH_STEP):
        assert_same(*interrupted_and_whole(params, "lstm", tmp_path / str(minutes), minutes, epoch))


def interrupted_and_whole(
    params: LmParams, network: Network, folder: Path, minutes: float, epoch: int = 1
) -> list[tuple[LanguageModelTraining, History]]:
    """A training that was interrupted in mid-epoch and resumed, and one that was not."""
    whole, broken = fresh(params, network), fresh(params, network, Breaks)
    broken.last_epoch = epoch  # type: ignore[assignment]
    expected = fit(whole, folder / "whole")
    with pytest.raises(InterruptionError):
        fit(broken, folder / "broken", minutes=minutes)
    torch.manual_seed(99 if epoch or minutes == EACH_STEP else 5)  # without a checkpoint, training begins anew
    resumed = Counts(build(network, 6, params), params)
    history = fit(resumed, folder / "broken", minutes=minutes)
    steps = len(whole.gradient_norms)
    assert len(resumed.gradient_norms) == steps
    if minutes == EACH_STEP:
        assert resumed.steps == steps - len(broken.gradient_norms)
    return [(resumed, history), (whole, expected)]


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
    with pytest.raises(FirthError, match=r"diverged in epoch 1.*lower its learning_rate or gradient_clip_norm"):
        fit(fresh(settings(learning_rate=1000.0, tied_embeddings=False)), tmp_path)


def test_the_penalties_are_those_of_merity_et_al(tmp_path: Path) -> None:
    model = fresh(settings(activation_regularization=2.0, temporal_activation_regularization=3.0))
    hidden, dropped = torch.tensor([[[1.0, 2.0]], [[3.0, 5.0]]]), torch.tensor([[[2.0, 0.0]], [[0.0, 4.0]]])
    assert float(model._penalty(hidden, dropped)) == pytest.approx(2 * (4 + 16) / 4 + 3 * (4 + 9) / 2)


def test_an_epoch_with_penalties_decay_and_random_windows_is_a_plain_loop(tmp_path: Path) -> None:
    rate, decay, alpha, beta, longest = 0.5, 0.01, 2.0, 3.0, 0.3
    params = settings(
        **{"optimizer": "sgd", "learning_rate": rate, "schedule": "constant", "weight_decay": decay},
        **{"activation_regularization": alpha, "temporal_activation_regularization": beta},
        **{"random_bptt": True, "gradient_clip_norm": longest, "max_epochs": 1, "bptt_length": 12},
    )
    plain = fresh(params).network
    weights = list(plain.parameters())
    windows = list(TextData(CYCLE, CYCLE, params.batch_size, params.bptt_length, 7).train_dataloader())
    state, norms = None, []
    for tokens, targets in windows:
        hidden, state = plain(tokens, detached(state))
        scores = F.linear(hidden, plain.embedding.weight, plain.output.bias)
        loss = F.cross_entropy(scores.flatten(0, 1), targets.flatten()) + alpha * hidden.square().mean()
        loss = loss + beta * (hidden[1:] - hidden[:-1]).square().mean()
        gradients = torch.autograd.grad(loss, weights)
        norms.append(float(torch.cat([gradient.flatten() for gradient in gradients]).norm()))
        with torch.no_grad():
            for weight, gradient in zip(weights, gradients, strict=True):
                clipped = gradient * min(1.0, longest / norms[-1])
                weight.sub_(rate * len(tokens) / params.bptt_length * (clipped + decay * weight))
    trained = fresh(params)
    fit(trained, tmp_path)
    assert len({len(tokens) for tokens, _ in windows}) > 2
    assert min(norms) < longest < max(norms)
    for name, weight in trained.network.named_parameters():
        torch.testing.assert_close(weight, plain.get_parameter(name), rtol=1e-3, atol=1e-5)


def test_gradient_norms_are_watched_before_they_are_clipped(tmp_path: Path) -> None:
    model = fresh(settings(gradient_clip_norm=0.05, optimizer="sgd", learning_rate=1.0, schedule="constant"))
    tokens, targets = (torch.from_numpy(part.astype(np.int64)) for part in training_columns(CYCLE, 4))
    loss, _ = window_loss(model.network, tokens[:10], targets[:10], None)
    norm = float(
        torch.stack([gradient.norm() for gradient in torch.autograd.grad(loss, list(model.parameters()))]).norm()
    )
    before = [weight.detach().clone() for weight in model.parameters()]
    model.params = model.params.model_copy(update={"max_epochs": 1})
    fit(model, tmp_path)
    metrics = model.gradient_norm_metrics()
    assert float(model.gradient_norms[0]) == pytest.approx(norm, rel=1e-4)
    assert len(model.gradient_norms) == 8
    assert metrics["clipped_share"] == sum(float(norm) > 0.05 for norm in model.gradient_norms) / 8
    assert metrics["largest"] == pytest.approx(max(float(norm) for norm in model.gradient_norms))
    moved = torch.cat([(weight - old).flatten() for weight, old in zip(model.parameters(), before, strict=True)])
    assert 0 < float(moved.norm()) <= 8 * 0.05 * 1.001  # so many steps of rate 1


@pytest.mark.parametrize("weight_dropout", [0.0, 0.2])
@pytest.mark.parametrize("network", NETWORKS)
def test_half_precision_learns_like_full_precision(network: Network, weight_dropout: float, tmp_path: Path) -> None:
    params = settings(weight_dropout=weight_dropout, layers=2, learning_rate=0.01)
    half, full = (
        fit(fresh(params, network), tmp_path / precision, precision=precision).rows
        for precision in ("bf16-mixed", "32-true")
    )
    assert half != full
    for one, other in zip(half, full, strict=True):
        assert one["valid_loss"] == pytest.approx(other["valid_loss"], rel=0.03)


def test_a_plateau_quarters_the_learning_rate(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 6, 60).astype(np.uint16)
    model = fresh(settings(schedule="plateau", max_epochs=6, patience=6, learning_rate=0.04))
    history = fit(model, tmp_path, CYCLE, noise)
    losses = [row["valid_loss"] for row in history.rows]
    worse = sum(loss >= min(losses[:epoch]) * (1 - 1e-4) for epoch, loss in enumerate(losses) if epoch)
    optimizer = model.optimizers()
    assert worse > 0
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.04 * 0.25**worse)  # type: ignore[union-attr]


def test_the_kept_weights_are_the_averaged_ones(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 6, 60).astype(np.uint16)
    params = settings(optimizer="sgd", learning_rate=2.0, schedule="constant", averaging_interval=1, max_epochs=6)
    model = fresh(params.model_copy(update={"patience": 6}))
    history = fit(model, tmp_path, CYCLE, noise)
    assert model.averages.means is not None
    tokens, targets = (torch.from_numpy(part.astype(np.int64)) for part in validation_columns(noise, 20))
    loss, _ = window_loss(model.network.eval(), tokens, targets, None)
    assert float(loss) == pytest.approx(history.best_loss, rel=1e-5)
