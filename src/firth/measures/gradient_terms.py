"""One gradient of a recurrent network, term by term: an error in a sentence of the text, and each step back from it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from firth.lm.recurrent import Recurrent
from firth.measures.gradients_in_time import unrolled
from firth.text.streams import TokenStream

LONGEST = 12  # tokens of the sentence, so that every term finds room in a figure
CONTEXT = 60  # tokens before the sentence, which the network reads first


def term_table(networks: Mapping[str, Recurrent], text: TokenStream, tokens: Sequence[str]) -> pd.DataFrame | None:
    """``gradient_terms``: the norm of each term of ∂E_t/∂W, a row for each lag; None if no sentence is short enough.

    E_t is the loss at the last word of the sentence, W the recurrent matrices. The sum goes back to the first token of
    the sentence; the state before it is a constant, as in truncated backpropagation through time.

    Parameters
    ----------
    networks : the same network ``before`` and ``after`` training.
    tokens : the vocabulary by id.

    Returns
    -------
    Columns when, lag (k), position (t − k, counted from 1 in the sentence), token (which is read there), target (the
    token that the error is about), norm, and sum_equals_autograd, whether all terms of the network add up to autograd's
    gradient, which is the same in all its rows.
    """
    sentence = chosen_sentence(text)
    if sentence is None:
        return None
    ids = text.sentence(sentence).astype(np.int64)
    last = _last_word([tokens[number] for number in ids])
    before = text.first(sentence).with_sentence_ends()[-CONTEXT:]
    read = torch.from_numpy(np.concatenate([before, ids[:last]]).astype(np.int64))[:, None]  # (T, 1)
    target = torch.from_numpy(ids[last : last + 1])  # (1,)
    lags = np.arange(last)
    sums = {when: unrolled(network, read, target, last - 1) for when, network in networks.items()}
    return pd.concat(
        pd.DataFrame(
            {
                "when": when,
                "lag": lags,
                "position": last - lags,
                "token": [tokens[number] for number in ids[:last][::-1]],
                "target": tokens[int(target)],
                "norm": found.terms,
                "sum_equals_autograd": found.sum_equals_autograd,
            }
        )
        for when, found in sums.items()
    )


def chosen_sentence(text: TokenStream) -> int | None:
    """The index of the first of the longest sentences of 3 to ``LONGEST`` tokens; None if there is none.

    The first sentence of the text is left out: before it the state is zero, and so is the term of its first token.
    """
    lengths: NDArray[np.int64] = np.diff(text.offsets)[1:]
    short = np.where((lengths >= 3) & (lengths <= LONGEST), lengths, 0)
    return int(short.argmax()) + 1 if short.any() else None


def _last_word(sentence: Sequence[str]) -> int:
    """The position of the last token with a letter or digit, from the third on; else of the last token."""
    words = [position for position, token in enumerate(sentence) if any(map(str.isalnum, token)) and position > 1]
    return words[-1] if words else len(sentence) - 1
