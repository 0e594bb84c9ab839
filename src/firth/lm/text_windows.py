"""Text for truncated BPTT: a stream of ids cut into parallel columns, and columns cut into windows."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from firth.errors import FirthError
from firth.kernels.fused_softmax import NO_TARGET
from firth.text.vocabulary import EOS_ID

# Random lengths (Merity et al. 2017, section 5): the share of windows around half the length, the standard deviation
# and the minimum.
HALF_LENGTH_SHARE, DEVIATION, SHORTEST = 0.05, 5.0, 5
WARM_UP_TOKENS = 64

Window = tuple[Tensor, Tensor]  # tokens (T, B), and their targets: the tokens that follow them (T, B)


class Windows:
    """Consecutive windows over columns of text.

    Parameters
    ----------
    tokens, targets : ids of shape (L, B), of any integer type.
    lengths : of the windows, in order; the last window ends where the text ends.
    device : where the ids are kept; on the training device no step waits for a transfer.
    """

    def __init__(
        self, tokens: NDArray, targets: NDArray, lengths: Sequence[int], device: torch.device | None = None
    ) -> None:
        self.tokens, self.targets = (_int32_tensor(ids).to(device or "cpu") for ids in (tokens, targets))  # (L, B)
        self.ends = np.minimum(np.cumsum(lengths), len(tokens)).tolist()

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, index: int) -> Window:
        if not 0 <= index < len(self):
            raise IndexError(index)
        rows = slice(self.ends[index - 1] if index else 0, self.ends[index])
        return self.tokens[rows].long(), self.targets[rows].long()


def equal_lengths(rows: int, length: int) -> list[int]:
    """Lengths of windows that cover ``rows`` rows; the last one may reach beyond them."""
    return [length] * math.ceil(rows / length)


def random_lengths(rows: int, length: int, random: np.random.Generator) -> list[int]:
    """Random lengths of windows that cover ``rows`` rows, so that gradients are cut at other words in every epoch.

    Merity et al. (2017), section 5: normally distributed around ``length``, in 5 % of windows around half of it.
    """
    lengths: list[int] = []
    while sum(lengths) < rows:
        center = length / 2 if random.random() < HALF_LENGTH_SHARE else length
        lengths.append(max(SHORTEST, int(random.normal(center, DEVIATION))))
    return lengths


def training_columns(ids: NDArray, batch_size: int) -> tuple[NDArray, NDArray]:
    """Cut a stream into B = ``batch_size`` columns of consecutive text; the last N mod B tokens are dropped.

    The first token of the stream is predicted from ``<eos>``, as the first token of every later sentence is.

    Parameters
    ----------
    ids : (N,) in reading order, ``<eos>`` after every sentence.

    Returns
    -------
    (tokens, targets)
        Both (L, B) with L = N // B; targets[t] follows tokens[t].

    Raises
    ------
    FirthError
        If the stream is shorter than one row.
    """
    length = len(ids) // batch_size
    if length == 0:
        raise FirthError(f"lm.batch_size = {batch_size}: more than the {len(ids)} training tokens; make it smaller")
    tokens = _previous_tokens(ids)[: length * batch_size].reshape(batch_size, length)
    targets = ids[: length * batch_size].reshape(batch_size, length)
    return tokens.T, targets.T


def validation_columns(ids: NDArray, columns: int) -> tuple[NDArray, NDArray]:
    """Cut a stream (N,) into columns without dropping a token; padding in the last column has ``NO_TARGET``.

    Returns
    -------
    (tokens, targets)
        Both (L, B) with L = ⌈N / B⌉.

    Raises
    ------
    FirthError
        If the stream is empty.
    """
    if len(ids) == 0:
        raise FirthError("validation or test text: no sentence to score; give a longer text")
    length = math.ceil(len(ids) / columns)
    padding = length * columns - len(ids)
    tokens = np.pad(_previous_tokens(ids), (0, padding), constant_values=EOS_ID).reshape(columns, length)
    targets = np.pad(ids.astype(np.int64), (0, padding), constant_values=NO_TARGET).reshape(columns, length)
    return tokens.T, targets.T


def warm_up_context(train: NDArray) -> list[int]:
    """The tokens that a trained network reads before every text: the last of the training text, without its ``<eos>``.

    The ``<eos>`` is left out because every text is read from an ``<eos>`` of its own on.
    """
    tokens: list[int] = train[:-1][-WARM_UP_TOKENS:].tolist()
    return tokens


def _previous_tokens(ids: NDArray) -> NDArray:
    """The token before each token: ``<eos>``, then all but the last."""
    return np.concatenate([np.array([EOS_ID], ids.dtype), ids[:-1]])


def _int32_tensor(ids: NDArray) -> Tensor:
    """Ids as a tensor of 32-bit integers: a vocabulary of 2¹⁵ words or more doesn't fit torch's 16-bit integers."""
    return torch.from_numpy(np.ascontiguousarray(ids, dtype=np.int32))
