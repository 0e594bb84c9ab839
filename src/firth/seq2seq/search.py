"""From a trained encoder–decoder to words: greedy search."""

import torch
from torch import Tensor

from firth.seq2seq.data import Pairs, sorted_batches
from firth.seq2seq.networks import EncoderDecoder, top_hidden
from firth.text.vocabulary import EOS_ID


@torch.no_grad()
def greedy_search(network: EncoderDecoder, source: Tensor, lengths: Tensor, max_length: int) -> list[list[int]]:
    """Take the most probable word at each position, until ``<eos>`` or ``max_length`` words.

    Parameters
    ----------
    source : (S, B) int64, padded.
    lengths : (B,) int64 ≥ 1, on the CPU.

    Returns
    -------
    list[list[int]]
        The words of each sentence, without ``<eos>``.
    """
    state = network.encoder(source, lengths)
    hidden = top_hidden(state)  # (B, H)
    ended = torch.zeros(source.shape[1], dtype=torch.bool, device=source.device)
    rows = []
    for _ in range(max_length):
        words = network.decoder.logits(hidden).argmax(-1)  # (B,)
        ended |= words == EOS_ID
        if ended.all():
            break
        rows.append(words.masked_fill(ended, EOS_ID))
        steps, state = network.decoder(words.unsqueeze(0), state)
        hidden = steps[0]
    if not rows:
        return [[] for _ in ended]
    columns = torch.stack(rows, dim=1).tolist()  # (B, up to max_length)
    return [column[: column.index(EOS_ID)] if EOS_ID in column else column for column in columns]


def decode_all(network: EncoderDecoder, pairs: Pairs, batch_size: int, max_length: int) -> list[list[int]]:
    """Greedy outputs for every source, in the order of the pairs."""
    device = next(network.parameters()).device
    outputs: list[list[int]] = [[] for _ in range(len(pairs))]
    training = network.training
    network.eval()
    for indices in sorted_batches(pairs, batch_size):
        batch = pairs.batch(indices).to(device)
        found = greedy_search(network, batch.source, batch.lengths, max_length)
        for index, output in zip(indices, found, strict=True):
            outputs[index] = output
    network.train(training)
    return outputs
