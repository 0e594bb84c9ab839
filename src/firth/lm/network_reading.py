"""A neural language model as a reader (see ``lm.reading``)."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from firth.lm.network import LanguageNetwork
from firth.lm.reading import Floats
from firth.text.vocabulary import EOS_ID

WINDOW = 256  # tokens read at a time, which changes nothing


class NetworkReader:
    """Reads with a network: one stream, as ``evaluation.CONVENTION`` says."""

    def __init__(self, network: LanguageNetwork) -> None:
        self.network = network.eval()
        self.state = self.network.start()
        self.last = self._hidden(np.array([EOS_ID]))  # (1, 1, length): of the last token read

    @torch.no_grad()
    def read(self, ids: NDArray) -> None:
        """Carry the state on."""
        for start in range(0, len(ids), WINDOW):
            self.last = self._hidden(ids[start : start + WINDOW])[-1:]

    @torch.no_grad()
    def scores(self, ids: NDArray) -> Floats:
        """Score window by window; the layer after the last token waits for the token that follows."""
        found = []
        for start in range(0, len(ids), WINDOW):
            window = ids[start : start + WINDOW]
            hidden = torch.cat([self.last, self._hidden(window)])  # (T + 1, 1, length)
            self.last = hidden[-1:]
            found.append(-self.network.nats(hidden[:-1], _column(window)).flatten().double().numpy())
        return np.concatenate(found)

    @torch.no_grad()
    def next_token(self) -> Floats:
        """The softmax's logarithms."""
        found: Floats = self.network.log_probabilities(self.last)[0, 0].double().numpy()
        return found

    @torch.no_grad()
    def _hidden(self, ids: NDArray) -> Tensor:
        """The last layer, (T, 1, length), over more tokens; the state after them is kept."""
        hidden, self.state = self.network.outputs(_column(ids), self.state)
        return hidden


def _column(ids: NDArray) -> Tensor:
    return torch.from_numpy(ids.astype(np.int64))[:, None]  # (T, 1)
