"""Stage ``gradients@NETWORK``: how far back the errors of a recurrent network reach, before training and after."""

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from firth.errors import FirthError
from firth.lm.gradients import lag_norms, unrolled
from firth.lm.networks import initial_network, load
from firth.lm.recurrent import Recurrent
from firth.params.lm import Cell
from firth.report.metrics import write_metrics
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.training.progress import Meter
from firth.workspace import Workspace, require, write_text

if TYPE_CHECKING:
    from firth.params.experiment import Params

STEPS = 60  # that are read; lags go up to one less
TEXTS = 64  # over which norms are averaged
LAGS = 20  # of the sum over lags, whose every term is evaluated
UNROLLED_TEXTS = 4
REPORTED_LAGS = (0, 1, 2, 5, 10, 20, 40)
NO_DIFFERENCE = 1e-9  # of the sum over lags and autograd, over the largest entry, in double precision


def run(params: "Params", workspace: Workspace, network: Cell) -> None:
    """Measure gradients in time on validation text, with the weights that training began with and ended with."""
    name, settings = f"gradients-{network}", params.lm_for(network)
    tokens, model = require(workspace.tokens("lm"), "tokenize@lm"), workspace.model(f"lm-{network}")
    vocabulary = Vocabulary.load(tokens / "vocabulary.tsv")
    text, following = _texts(TokenStream.load(tokens, "valid").with_sentence_ends())
    vectors = workspace.model(settings.initial_embeddings) / "vectors.txt"
    initial, _ = initial_network(network, vocabulary.tokens, settings, params.seed, vectors)
    networks = {"before": initial, "after": load(require(model, f"lm@{network}"))}

    metrics: dict[str, Any] = {}
    columns: dict[str, list[str]] = {"lag": [str(lag) for lag in range(STEPS)]}
    with Meter(f"gradients {network}", len(networks)) as meter:
        for when, measured in networks.items():
            assert isinstance(measured, Recurrent)
            norms = lag_norms(measured, text, following)
            sums = unrolled(measured, text[:, :UNROLLED_TEXTS], following[:UNROLLED_TEXTS], LAGS)
            shares = sums.terms / sums.terms.sum()
            columns[f"norm_{when}"] = [f"{norm:.6g}" for norm in norms]
            if network == "lstm":
                cell_norms = lag_norms(measured, text, following, cells=True)
                columns[f"cell_norm_{when}"] = ["", *(f"{norm:.6g}" for norm in cell_norms[1:])]
            columns[f"share_{when}"] = [f"{share:.6g}" for share in shares] + [""] * (STEPS - len(shares))
            metrics[when] = {
                "norm_by_lag": {str(lag): norms[lag] for lag in REPORTED_LAGS},
                "share_by_lag": {str(lag): shares[lag] for lag in REPORTED_LAGS if lag <= LAGS},
                "sum_equals_autograd": sums.autograd_difference < NO_DIFFERENCE,
                "jacobian_singular_values": {
                    "largest": sums.singular_values[:, 0].mean(),
                    "median": float(np.median(sums.singular_values)),
                    "share_above_1": float((sums.singular_values > 1).mean()),
                },
            }
            if network == "lstm":
                metrics[when]["cell_norm_by_lag"] = {str(lag): cell_norms[lag] for lag in REPORTED_LAGS if lag}
            meter.advance(1, f"{when} training")

    rows = [",".join(row) for row in zip(*columns.values(), strict=True)]
    write_text(workspace.plot(name), "\n".join([",".join(columns), *rows]) + "\n")
    write_metrics(workspace.metrics(name), metrics)


def _texts(ids: NDArray) -> tuple[torch.Tensor, torch.Tensor]:
    """Pieces of a text from all over it, (STEPS, TEXTS), and the token that follows each, (TEXTS,)."""
    if len(ids) <= STEPS:
        raise FirthError(
            f"validation text: {len(ids)} tokens, but gradients are measured over {STEPS}; give a longer one"
        )
    starts = np.linspace(0, len(ids) - STEPS - 1, TEXTS).astype(int)
    pieces = np.stack([ids[start : start + STEPS + 1] for start in starts], axis=1).astype(np.int64)
    return torch.from_numpy(pieces[:-1]), torch.from_numpy(pieces[-1])
