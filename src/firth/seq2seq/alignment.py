"""What each word of an output owes to each word of its source: where attention looks, and where gradients reach.

Shapes: S source positions, T target positions, B sentences; labels are T + 1, with ``<eos>``.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from firth.errors import FirthError
from firth.seq2seq.data import Batch, Pairs
from firth.seq2seq.networks import EncoderDecoder, reversed_columns, top_hidden

FEWEST, PAIRS = 25, 200  # pairs that gradients are averaged over: at least, if there are any so many, and at most
COMMON = 0.5  # share of the pairs that must reach an output position for it to count


@torch.no_grad()
def attention_weights(network: EncoderDecoder, batch: Batch) -> Tensor | None:
    """How much the prediction of each label looks at each source position, (T + 1, S, B); None without attention."""
    attention = network.decoder.attention
    state, memory = network.read(batch.source, batch.lengths)
    if attention is None or memory is None:
        return None
    hidden, _ = network.decoder(batch.target, state)
    return attention.weights(torch.cat([top_hidden(state).unsqueeze(0), hidden]), memory).permute(1, 2, 0)


def gradient_norms(network: EncoderDecoder, batch: Batch) -> Tensor:
    """‖∂E_t/∂x_k‖, (T + 1, S, B): E_t = −ln p of label t by teacher forcing, x_k the embedding of source word k.

    It is the product of Jacobians along every path from x_k to the label (Pascanu et al. 2013, equation 4; here through
    both recurrences, and through attention). 0 for padding on either side.
    """
    embedded: list[Tensor] = []
    hook = network.encoder.embedding.register_forward_hook(lambda *call: embedded.append(call[2]))
    try:
        top = network(batch.source, batch.lengths, batch.target)
    finally:
        hook.remove()
    scores = network.decoder.logits(top)  # (T + 1, B, V)
    nats = cross_entropy(scores.flatten(0, 1), batch.labels.flatten(), reduction="none").view_as(batch.labels)
    norms = torch.stack(
        [
            torch.autograd.grad(row.sum(), embedded[0], retain_graph=True)[0].norm(dim=-1)  # (S, B)
            for row in nats * batch.real
        ]
    )
    if network.encoder.reverse_source:
        norms = reversed_columns(norms.permute(1, 2, 0), batch.lengths.to(norms.device)).permute(2, 0, 1)
    return norms


def mean_gradient_norms(network: EncoderDecoder, pairs: Pairs) -> NDArray[np.float64]:
    """Gradient norms (output positions, S) of a network on the CPU, mean over pairs with sources of one even length S.

    It is the greatest that ``FEWEST`` pairs have, or else the commonest; even so that halves are halves. Output
    positions count up to where half of the pairs have a label.

    Raises
    ------
    FirthError
        If no source has an even number of tokens.
    """
    lengths = np.diff(pairs.source.offsets)
    even = lengths[(lengths > 0) & (lengths % 2 == 0)]
    if not len(even):
        raise FirthError("no source of the test pairs has an even number of tokens; give the corpus more text")
    counts = np.bincount(even)
    length = np.flatnonzero(counts >= min(FEWEST, counts.max()))[-1]
    batch = pairs.batch(np.flatnonzero(lengths == length)[:PAIRS])
    norms = gradient_norms(network, batch).double().sum(-1).numpy()  # (T + 1, S)
    reached = batch.real.sum(1).numpy()  # (T + 1,)
    common = reached >= COMMON * len(batch.lengths)
    found: NDArray[np.float64] = norms[common] / reached[common, None]
    return found


def reach(norms: NDArray[np.float64]) -> dict[str, object]:
    """How evenly gradient norms (output positions, S) fall on the source, mean over output positions."""
    by_source, half = norms.mean(axis=0), norms.shape[1] // 2
    return {
        "gradient_norm": {"first": float(by_source[0]), "last": float(by_source[-1])},
        "first_half_share": float((norms[:, :half].sum(1) / norms.sum(1)).mean()),
    }
