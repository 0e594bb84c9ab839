"""Training and testing a neural language model: truncated BPTT, schedule, perplexity."""

from collections.abc import Sequence

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from pytorch_lightning.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import LambdaLR

from firth.lm.data import NO_TARGET, Batch, Windows, validation_columns
from firth.lm.networks import LanguageNetwork, State, detached
from firth.params.lm import LmParams
from firth.text.vocabulary import EOS_ID
from firth.training.trainer import may_fuse, warm_up_and_cosine

CONVENTION = (
    "one stream a split: sentences in order, <eos> after each predicted and counted, the first token predicted from "
    "<eos> and a zero state, the state carried to the end, no token left out; perplexity = exp(nats per token)"
)
OPTIMIZERS = {"adam": Adam, "sgd": SGD}
WARM_UP = 0.02  # share of all steps
EVALUATION_WINDOW = 1024
SCORED_TOGETHER = 256


class LanguageModel(pl.LightningModule):
    """A network with the way it is trained: Adam or SGD, a short linear warm-up, then a cosine to zero over all epochs.

    The state is carried, detached, from window to window, and starts at zero in every epoch. ``valid_loss`` is
    measured on 20 parallel streams for speed, each from a zero state; ``nats_per_token`` is the exact figure.
    """

    def __init__(self, network: LanguageNetwork, params: LmParams) -> None:
        super().__init__()
        self.network, self.params = network, params
        self.state: State = None
        self.validation_state: State = None

    def on_train_epoch_start(self) -> None:
        self.state = None

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        tokens, targets = batch  # (T, B) each
        loss, state = window_loss(self.network, tokens, targets, self.state)
        self.state = detached(state)
        self.log("train_loss", loss, on_step=False, on_epoch=True, batch_size=targets.numel(), sync_dist=True)
        return loss

    def on_validation_epoch_start(self) -> None:
        self.validation_state = None

    def validation_step(self, batch: Batch, batch_index: int) -> None:
        tokens, targets = batch
        loss, self.validation_state = window_loss(self.network, tokens, targets, self.validation_state)
        counted = int((targets != NO_TARGET).sum())
        self.log("valid_loss", loss, on_step=False, on_epoch=True, batch_size=counted, sync_dist=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        kind, fused = OPTIMIZERS[self.params.optimizer], may_fuse(self.trainer)
        optimizer = kind(self.parameters(), lr=self.params.learning_rate, fused=fused)
        steps = int(self.trainer.estimated_stepping_batches)
        schedule = LambdaLR(optimizer, lambda step: warm_up_and_cosine(step, steps, WARM_UP))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def window_loss(network: LanguageNetwork, tokens: Tensor, targets: Tensor, state: State) -> tuple[Tensor, State]:
    """Mean nats a token over a window (T, B), places without a target aside, and the state after it."""
    logits, state = network(tokens, state)  # (T, B, V)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=NO_TARGET), state


@torch.no_grad()
def nats_per_token(network: LanguageNetwork, ids: NDArray, window: int = EVALUATION_WINDOW) -> float:
    """Cross-entropy of a text under ``CONVENTION``; ``window`` is how much is read at a time and changes nothing.

    Parameters
    ----------
    ids : one stream in reading order, ``<eos>`` after every sentence.
    """
    network.eval()
    device = network.embedding.weight.device
    state: State = None
    losses = []
    for tokens, targets in Windows(*validation_columns(ids, 1), window):  # type: ignore[attr-defined]
        loss, state = window_loss(network, tokens.to(device), targets.to(device), state)
        losses.append(float(loss) * len(tokens))
    return float(np.sum(losses)) / len(ids)


@torch.no_grad()
def score_next(network: LanguageNetwork, prefixes: Sequence[NDArray], words: NDArray) -> NDArray[np.float64]:
    """log P(word | prefix), (N, K), of K words after each of N beginnings of a sentence, ``<eos>`` before each."""
    network.eval()
    device = network.embedding.weight.device
    scores = []
    for start in range(0, len(prefixes), SCORED_TOGETHER):
        rows = [torch.from_numpy(np.array([EOS_ID, *prefix])) for prefix in prefixes[start : start + SCORED_TOGETHER]]
        tokens = pad_sequence(rows, padding_value=EOS_ID).to(device)  # (T, B); what follows a prefix can't change it
        hidden, _ = network.outputs(tokens)  # (T, B, H)
        ends = torch.tensor([len(row) - 1 for row in rows], device=device)
        last = hidden[ends, torch.arange(len(rows), device=device)]  # (B, H)
        logits = network.logits(last).double()  # (B, V)
        asked = torch.from_numpy(words[start : start + SCORED_TOGETHER].astype(np.int64)).to(device)  # (B, K)
        scores.append(logits.log_softmax(1).gather(1, asked).cpu().numpy())
    return np.concatenate(scores)
