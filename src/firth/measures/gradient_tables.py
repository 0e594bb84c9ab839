"""Gradients in time as tables: norms and shares by lag, and the Jacobians, before training and after."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from firth.lm.recurrent import Recurrent
from firth.measures.gradients_in_time import lag_norms, unrolled
from firth.text.vocabulary import EOS_ID
from firth.training.progress import Meter

STEPS = 60  # tokens that are read; lags go up to one less
TEXTS = 64  # pieces of text over which norms are averaged
LAGS = 20  # of the sum over lags, whose every term is evaluated
UNROLLED_TEXTS = 4
NEAR, FAR = 1, 20  # lags whose norms the main number compares
RATIO = f"{FAR}_steps_back"


def gradient_tables(networks: Mapping[str, Recurrent], ids: NDArray) -> dict[str, pd.DataFrame]:
    """``gradients``, a row for each lag, and ``jacobians``, a row for each network.

    ``within_sentence`` says of a lag whether the state so many steps back has read the same sentence, in all pieces of
    text. ``remaining_…`` is the norm at the states that the network hands on, in an LSTM at its cells, over the norm
    one step back.

    Parameters
    ----------
    networks : the same network ``before`` and ``after`` training.
    ids : a text of more than ``STEPS`` tokens as one stream, ``<eos>`` after every sentence.
    """
    text, following, reach = _pieces(ids)
    lags = np.arange(STEPS)
    columns: dict[str, NDArray] = {"lag": lags, "within_sentence": lags < reach}
    jacobians = []
    with Meter("gradients in time", len(networks)) as meter:
        for when, network in networks.items():
            sums = unrolled(network, text[:, :UNROLLED_TEXTS], following[:UNROLLED_TEXTS], LAGS)
            columns[f"norm_{when}"] = handed_on = lag_norms(network, text, following)
            if network.network == "lstm":
                cell_norms = lag_norms(network, text, following, cells=True)
                handed_on = np.concatenate([[np.nan], cell_norms[1:]])  # the loss reads h alone
                columns[f"cell_norm_{when}"] = handed_on
            columns[f"remaining_{when}"] = handed_on / handed_on[NEAR]
            with np.errstate(invalid="ignore"):
                shares = sums.terms / sums.terms.sum()  # NaN if all terms vanish
            columns[f"share_{when}"] = np.concatenate([shares, np.full(STEPS - len(shares), np.nan)])
            jacobians.append(
                {
                    "when": when,
                    "largest": float(sums.singular_values[:, 0].mean()),
                    "median": float(np.median(sums.singular_values)),
                    "share_above_1": float((sums.singular_values > 1).mean()),
                    "sum_equals_autograd": sums.sum_equals_autograd,
                }
            )
            meter.advance(1, f"{when} training")
    return {"gradients": pd.DataFrame(columns), "jacobians": pd.DataFrame(jacobians)}


def main_gradient_numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """The norm 20 steps back over the norm one step back, of the network before training."""
    return {RATIO: float(tables["gradients"].set_index("lag").at[FAR, "remaining_before"])}


def gradient_reasons(ids: NDArray) -> dict[str, str]:
    """Why gradients can't be measured on a text; empty if they can."""
    if len(ids) > STEPS:
        return {}
    return {RATIO: f"the validation text has {len(ids)} tokens, and gradients are measured over {STEPS} and the next"}


def _pieces(ids: NDArray) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Pieces from all over a text, (STEPS, TEXTS), the token that follows each, (TEXTS,), and how far sentences reach.

    Sentences reach back ``FAR`` + 1 tokens before all of the following tokens or, where the text has fewer than
    ``TEXTS`` such places, as far as at ``TEXTS`` places: a network that has learned what sentences are may forget at
    their ends, and no error has to reach farther back than its own sentence.
    """
    places = np.arange(len(ids))
    ends = np.maximum.accumulate(np.where(ids == EOS_ID, places, -1))
    read = (places - np.concatenate([[-1], ends[:-1]]) - 1)[STEPS:]  # tokens of the same sentence before each token
    reach = min(FAR + 1, int(np.sort(read)[-min(TEXTS, len(read))]))
    following = STEPS + np.flatnonzero(read >= reach)
    chosen = following[np.linspace(0, len(following) - 1, TEXTS).astype(int)]
    pieces = np.stack([ids[place - STEPS : place + 1] for place in chosen], axis=1).astype(np.int64)
    return torch.from_numpy(pieces[:-1]), torch.from_numpy(pieces[-1]), reach
