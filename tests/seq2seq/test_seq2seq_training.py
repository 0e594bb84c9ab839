from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from pytorch_lightning import Callback, LightningModule, Trainer

from firth.errors import FirthError
from firth.params.compute_params import ComputeParams
from firth.params.search_params import SearchParams
from firth.params.seq2seq_params import Seq2seqParams
from firth.seq2seq.encoder_decoder import Configuration, EncoderDecoder
from firth.seq2seq.pairs import Pairs
from firth.seq2seq.search import decode_all
from firth.seq2seq.seq2seq_training import Seq2seqData, Seq2seqModule
from firth.training.callbacks import History
from firth.training.trainer import Run, train

Settings = Callable[..., Seq2seqParams]
MakePairs = Callable[..., Pairs]
GREEDY = SearchParams(beam_size=1, length_penalty=0.0, max_length=6)


@pytest.fixture
def copying(pairs: MakePairs) -> Callable[[int, int], Pairs]:
    """Pairs whose target is the source: 1 to 3 of five words."""

    def sample(count: int, seed: int) -> Pairs:
        random = np.random.default_rng(seed)
        sources = [random.integers(3, 8, size=random.integers(1, 4)).tolist() for _ in range(count)]
        return pairs(sources, sources)

    return sample


def module_of(settings: Seq2seqParams, data: Seq2seqData) -> Seq2seqModule:
    torch.manual_seed(0)
    network = EncoderDecoder(Configuration("none", 8, 8, settings))
    return Seq2seqModule(network, settings, settings.max_epochs * data.steps_per_epoch)


def run_in(folder: Path, precision: str = "32-true", minutes: float = 2) -> Run:
    return Run("toy", folder / "checkpoints", folder / "logs", 1, precision, ComputeParams(
        accelerator="cpu", devices=1, nodes=1, checkpoint_minutes=minutes))  # fmt: skip


def fit(module: LightningModule, data: Seq2seqData, settings: Seq2seqParams, run: Run) -> History:
    norm = settings.gradient_clip_norm
    return train(module, data, run, max_epochs=settings.max_epochs, patience=9, gradient_clip_norm=norm)


def test_loaders_items_are_whole_batches(settings: Settings, copying: Callable[[int, int], Pairs]) -> None:
    pairs = copying(103, 3)
    data = Seq2seqData(pairs, pairs, settings(batch_size=10), seed=1)
    assert data.steps_per_epoch == len(data.train_dataloader()) == 11
    assert sum(len(batch.lengths) for batch in data.val_dataloader()) == 103


@pytest.mark.parametrize(("train", "valid", "missing"), [(0, 3, "training text"), (3, 0, "validation text")])
def test_training_without_pairs_is_refused(
    settings: Settings, copying: Callable[[int, int], Pairs], train: int, valid: int, missing: str
) -> None:
    pairs = copying(3, 0)
    with pytest.raises(FirthError, match=f"{missing}: no pair of source and target"):
        Seq2seqData(pairs.first(train), pairs.first(valid), settings(), seed=1)


def test_copying_is_learned(settings: Settings, copying: Callable[[int, int], Pairs], tmp_path: Path) -> None:
    chosen = settings(embedding_size=16, hidden_size=48, batch_size=32, max_epochs=9, learning_rate=0.01)
    data = Seq2seqData(copying(480, 0), copying(60, 1), chosen, seed=1)
    module = module_of(chosen, data)
    history = fit(module, data, chosen, run_in(tmp_path))
    unseen = copying(50, 2)
    outputs = decode_all(module.network, unseen.source, chosen, GREEDY, "32-true")
    assert np.mean([output == unseen.target.sentence(i).tolist() for i, output in enumerate(outputs)]) > 0.9
    assert history.best_loss < 0.1


EACH_STEP = 1e-9  # minutes between checkpoints


class BrokenOffError(Exception):
    """Stands for an interruption."""


class Interruption(Callback):
    """Breaks training off in the middle of an epoch."""

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
        if trainer.current_epoch == 2 and trainer.global_step % 10 == 5:
            raise BrokenOffError


@pytest.mark.parametrize("minutes", [2, EACH_STEP])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_interrupted_training_ends_in_the_same_bytes(
    settings: Settings,
    copying: Callable[[int, int], Pairs],
    tmp_path: Path,
    cell: str,
    minutes: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = settings(cell=cell, batch_size=16, max_epochs=4, dropout=0.2)

    def data() -> Seq2seqData:
        return Seq2seqData(copying(160, 0), copying(30, 1), chosen, seed=1)

    whole = module_of(chosen, data())
    history = fit(whole, data(), chosen, run_in(tmp_path / "whole"))

    broken = module_of(chosen, data())
    monkeypatch.setattr(Seq2seqModule, "configure_callbacks", lambda _: [Interruption()])
    with pytest.raises(BrokenOffError):
        fit(broken, data(), chosen, run_in(tmp_path / "broken", minutes=minutes))
    monkeypatch.undo()
    resumed = module_of(chosen, data())
    steps: list[int] = []
    monkeypatch.setattr(Seq2seqModule, "on_train_batch_start", lambda module, *_: steps.append(module.global_step))
    second = fit(resumed, data(), chosen, run_in(tmp_path / "broken", minutes=minutes))

    assert steps == list(range(20 if minutes == 2 else 25, 40))  # interrupted after the 25th step and its checkpoint
    assert second.rows == history.rows
    assert [row["epoch"] for row in second.rows] == [1, 2, 3, 4]
    for name, value in whole.state_dict().items():
        assert torch.equal(resumed.state_dict()[name], value), name


def test_reported_losses_are_exact_over_the_epoch(
    settings: Settings, copying: Callable[[int, int], Pairs], tmp_path: Path
) -> None:
    chosen = settings(max_epochs=1, learning_rate=1e-12)  # nothing moves, so all losses are of the same weights
    data = Seq2seqData(copying(30, 0), copying(11, 1), chosen, seed=1)
    module = module_of(chosen, data)
    row = fit(module, data, chosen, run_in(tmp_path)).rows[0]
    for name, pairs in (("train_loss", data.train), ("valid_loss", data.valid)):
        loss = tokens = 0.0
        for position in range(len(pairs)):
            batch = pairs.batch(np.array([position]))
            loss += module.network.loss(batch).item()
            tokens += len(pairs.target.sentence(position)) + 1
        assert row[name] == pytest.approx(loss / tokens, rel=1e-5)


@pytest.mark.parametrize("world_size", [1, 2, 3])
def test_averaged_gradients_of_the_shares_are_those_of_the_global_batch(
    settings: Settings, copying: Callable[[int, int], Pairs], world_size: int
) -> None:
    pairs = copying(7, 0)
    data = Seq2seqData(pairs, pairs, settings(batch_size=7), seed=1)
    module = module_of(settings(), data).double()
    module.log = lambda *_, **__: None  # type: ignore[method-assign]
    weights = list(module.parameters())
    whole = pairs.batch(np.arange(7))
    mean = module.network.loss(whole) / whole.tokens
    expected = torch.autograd.grad(mean, weights)

    module._trainer = type("World", (), {"world_size": world_size})()
    losses = [module.training_step(pairs.batch(np.arange(7), rank, world_size), 0) for rank in range(world_size)]
    averaged = torch.stack(losses).mean()
    torch.testing.assert_close(averaged, mean)
    for one, other in zip(torch.autograd.grad(averaged, weights), expected, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_half_precision_learns_like_full_precision(
    settings: Settings, copying: Callable[[int, int], Pairs], tmp_path: Path, cell: str
) -> None:
    chosen = settings(cell=cell, embedding_size=16, hidden_size=32, batch_size=32, max_epochs=2)
    data = Seq2seqData(copying(300, 0), copying(60, 1), chosen, seed=1)
    half, full = (
        fit(module_of(chosen, data), data, chosen, run_in(tmp_path / precision, precision)).rows
        for precision in ("bf16-mixed", "32-true")
    )
    assert half != full
    for one, other in zip(half, full, strict=True):
        assert one["valid_loss"] == pytest.approx(other["valid_loss"], rel=0.03)
