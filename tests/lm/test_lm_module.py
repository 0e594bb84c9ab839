import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lm.settings import all_dropouts, settings
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from firth.errors import FirthError
from firth.lm.averaging import Averages
from firth.lm.data import Batch, TextData, training_columns, validation_columns
from firth.lm.evaluation import dynamic_nats_per_token, lead_in, nats_per_token, score_next, score_stream
from firth.lm.module import LanguageModel, window_loss
from firth.lm.network import LanguageNetwork, detached
from firth.lm.networks import build
from firth.params.compute import ComputeParams
from firth.params.lm import NETWORKS, DynamicEvaluation, LmParams, Network
from firth.text.vocabulary import EOS_ID
from firth.training.trainer import History, Run, train

CYCLE = np.tile(np.array([2, 3, 2, 4, 1], np.uint16), 60)  # 2 is followed by 3 or 4: the state decides


def fresh(params: LmParams, network: Network = "gru", kind: type[LanguageModel] = LanguageModel) -> LanguageModel:
    torch.manual_seed(5)
    return kind(build(network, 6, params), params)


def fit(
    model: LanguageModel,
    folder: Path,
    text: np.ndarray = CYCLE,
    valid: np.ndarray = CYCLE[:43],
    precision: str = "32-true",
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
            ComputeParams(accelerator="cpu", devices=1, nodes=1),
        ),
        max_epochs=params.max_epochs,
        patience=params.patience,
    )


class InterruptionError(Exception):
    """Stands for a kill."""


class Breaks(LanguageModel):
    """Is interrupted in the middle of its second epoch."""

    def on_train_batch_start(self, batch: Batch, batch_index: int) -> None:
        super().on_train_batch_start(batch, batch_index)
        if self.current_epoch == 1 and batch_index == 4:
            raise InterruptionError


class NeverTrains(LanguageModel):
    def on_train_batch_start(self, batch: Batch, batch_index: int) -> None:
        raise InterruptionError


def token_by_token(network: LanguageNetwork, ids: NDArray[Any]) -> list[float]:
    """Nats of every token, read one at a time after the network's lead-in and <eos>."""
    losses: list[float] = []
    state, before = None, EOS_ID
    with torch.no_grad():
        for token in network.lead_in:
            _, state = network(torch.tensor([[token]]), state)
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
    model.lead_in = []
    assert nats_per_token(model, ids) != pytest.approx(expected, rel=1e-6)


def test_the_lead_in_is_the_end_of_the_training_text_without_its_end_of_sentence() -> None:
    text = np.array([*range(2, 102), EOS_ID], np.uint16)
    assert lead_in(text) == [*range(38, 102)]
    assert lead_in(text[-4:]) == [99, 100, 101]


def build_double(network: Network) -> LanguageNetwork:
    torch.manual_seed(3)
    built = build(network, 6, settings(**all_dropouts(0.5), layers=2)).double()
    built.lead_in = [4, 2, 5, 3, 3]
    return built


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
    params = settings(**all_dropouts(0.3), layers=2, random_bptt=True, averaging_interval=1)
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


def test_score_stream_reads_one_text_and_scores_any_words_at_each_place() -> None:
    network, ids = build_double("lstm"), CYCLE[:40]
    words = np.stack([ids, (ids + 1) % 6], axis=1)
    scores = score_stream(network, ids, words)
    assert scores[:, 0] == pytest.approx(-np.array(token_by_token(network, ids)))
    assert float(-scores[:, 0].mean()) == pytest.approx(nats_per_token(network, ids))
    state, before, expected = network.start(), EOS_ID, []
    for token, (_, other) in zip(ids, words, strict=True):
        found, state = network(torch.tensor([[before]]), state)
        expected.append(float(found[0, 0, int(other)]))
        before = int(token)
    assert scores[:, 1] == pytest.approx(np.array(expected))


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
        hidden, state = plain.outputs(tokens, detached(state))
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


def test_averaging_begins_when_validation_is_worse_than_some_epochs_ago_and_is_a_plain_mean() -> None:
    averages, weight = Averages(interval=2), torch.nn.Parameter(torch.tensor([8.0]))
    for loss in (3.0, 2.0, 2.5):  # compared with the best of those before the last two: nothing, nothing, 3
        averages.observe(loss, [weight])
        assert averages.means is None
    averages.observe(3.1, [weight])
    for value in (2.0, 5.0):
        weight.data.fill_(value)
        averages.update([weight])
    averages.swap([weight])
    assert weight.item() == pytest.approx((8 + 2 + 5) / 3)
    averages.swap([weight])
    assert weight.item() == 5.0
    copy = Averages(interval=2)
    copy.restore(averages.state(), torch.device("cpu"))
    assert (copy.count, copy.losses) == (averages.count, averages.losses)


def test_the_kept_weights_are_the_averaged_ones(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 6, 60).astype(np.uint16)
    params = settings(optimizer="sgd", learning_rate=2.0, schedule="constant", averaging_interval=1, max_epochs=6)
    model = fresh(params.model_copy(update={"patience": 6}))
    history = fit(model, tmp_path, CYCLE, noise)
    assert model.averages.means is not None
    tokens, targets = (torch.from_numpy(part.astype(np.int64)) for part in validation_columns(noise, 20))
    loss, _ = window_loss(model.network.eval(), tokens, targets, None)
    assert float(loss) == pytest.approx(history.best_loss, rel=1e-5)


def test_dynamic_evaluation_learns_a_repeated_text_and_leaves_the_network_as_it_was() -> None:
    torch.manual_seed(3)
    network = build("gru", 6, settings()).double()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    gentle = DynamicEvaluation(learning_rate=1e-12, decay=0.0, segment_length=5)
    static = nats_per_token(network, CYCLE)
    assert dynamic_nats_per_token(network, CYCLE, CYCLE, 4, gentle) == pytest.approx(static, rel=1e-6)
    bold = gentle.model_copy(update={"learning_rate": 0.5})
    assert dynamic_nats_per_token(network, CYCLE, CYCLE, 4, bold) < static - 0.2
    held = bold.model_copy(update={"decay": 1e9})  # takes each weight back to θ₀, so that one step at a time is left
    assert dynamic_nats_per_token(network, CYCLE, CYCLE, 4, bold) < dynamic_nats_per_token(
        network, CYCLE, CYCLE, 4, held
    )
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])


def test_dynamic_evaluation_takes_the_step_of_krause_et_al() -> None:
    torch.manual_seed(3)
    network = build("feedforward", 6, settings()).double()
    chosen = DynamicEvaluation(learning_rate=0.01, decay=0.5, segment_length=10)
    text = CYCLE[:20]
    got = dynamic_nats_per_token(network, text, CYCLE[:40], 4, chosen)
    weights = list(network.parameters())
    tokens, targets = (torch.from_numpy(part.astype(np.int64)) for part in training_columns(CYCLE[:40], 4))
    gradients = torch.autograd.grad(window_loss(network.eval(), tokens, targets, None)[0], weights)  # one window of 10
    mean = float(torch.cat([gradient.abs().flatten() for gradient in gradients]).mean())
    first, following = (torch.from_numpy(part.astype(np.int64)) for part in validation_columns(text, 1))
    loss, state = window_loss(network, first[:10], following[:10], None)
    steps = torch.autograd.grad(loss, weights)
    with torch.no_grad():
        for weight, step, gradient in zip(weights, steps, gradients, strict=True):
            weight.sub_(0.01 * step / (gradient.abs() / mean + 0.001))  # at θ₀ the decay has nothing to do
    last, _ = window_loss(network, first[10:], following[10:], state)
    assert got == pytest.approx((float(loss) + float(last)) / 2)
