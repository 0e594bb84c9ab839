"""Whether a language model measures as it did in training."""

from collections.abc import Mapping
from pathlib import Path

from firth.measures.result_columns import read_curve, typed

FAR_WORSE = 1.5  # times the perplexity in training; the recorded networks have 0.99 to 1.00


def warning_of_state(numbers: Mapping[str, float | None], model: Path) -> str:
    """What to tell of a network that is far worse on the validation text than it was in training; empty if it is not.

    Training measures the text in columns, each from a zero state; the evaluation reads it in one piece, from the state
    after the warm-up context. In one epoch a network meets the first tokens after a zero state once, before it has
    learned anything, so that its state may go astray there and never return.

    Parameters
    ----------
    numbers : of the evaluation, ``valid_perplexity`` among them if it is measured.
    model : folder of the network, with the learning curve of its training.

    Raises
    ------
    FirthError
        As ``read_curve``.
    """
    trained = typed("learning_curves", read_curve(model))["valid_perplexity"].min()  # NaN if every epoch diverged
    perplexity = numbers.get("valid_perplexity")
    if perplexity is None or not perplexity > FAR_WORSE * trained:
        return ""
    return (
        f"the validation text has perplexity {perplexity:,.0f}, and had {trained:,.0f} in training, where it is read "
        "in columns: the state of the network goes astray after the warm-up context; train for more epochs"
    )
