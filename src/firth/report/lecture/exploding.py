"""Exploding gradients and their clipping, by the study ``clipping``."""

import pandas as pd

from firth.report import study_figures
from firth.report.clipping_trainings import CLIPPED, CLIPPINGS, UNCLIPPED, highest_common_rate, trainings
from firth.report.findings import Findings
from firth.report.lecture.block import Block, Judgment, decided
from firth.report.lecture.reasons import NO_CLIPPING
from firth.report.markup import Markup, figure, paragraph
from firth.report.readable import two_digits
from firth.report.result_tables import Points, curves

EXPLODED = 10  # times the largest norm of the clipped training from the same weights: another order of magnitude


def _judge_exploding(findings: Findings) -> Judgment:
    pair = _same_rate(trainings(findings))
    if pair is None:
        return NO_CLIPPING
    clipped, unclipped = pair.loc[CLIPPED], pair.loc[UNCLIPPED]
    largest = two_digits(unclipped["largest_gradient_norm"])
    finding = (
        f"Without clipping, the gradient of an RNN reaches a norm of {largest} at learning rate "
        f"{unclipped['learning_rate']:g}; its median is {two_digits(unclipped['median_gradient_norm'])}. With "
        f"clipping, from the same weights, the largest is {two_digits(clipped['largest_gradient_norm'])}."
    )
    return decided(unclipped["largest_gradient_norm"] >= EXPLODED * clipped["largest_gradient_norm"], finding, largest)


def _same_rate(trained: pd.DataFrame) -> pd.DataFrame | None:
    """The clipped and the unclipped training at the highest learning rate at which neither diverged.

    Where there is no such rate, those at the highest of all rates.
    """
    measured = trained.dropna(subset=["median_gradient_norm", "largest_gradient_norm"])
    both = measured[measured.duplicated("learning_rate", keep=False)]
    if both.empty:
        return None
    rate = highest_common_rate(both) or both["learning_rate"].max()
    return both[both["learning_rate"] == rate].set_index("gradients")


def _draw_steps(findings: Findings) -> Markup | None:
    """Loss and gradient norm at the highest learning rate at which no training diverged."""
    rate = highest_common_rate(trainings(findings))
    steps = findings.curves_of("clipping", CLIPPINGS)
    if rate is None or steps.empty:
        return None
    rows = steps[steps["learning_rate"] == rate]
    rows = rows[rows["gradient_norm"] > 0]  # zero has no place on a logarithmic axis
    losses, norms = curves(rows, "study", "step", "train_loss"), curves(rows, "study", "step", "gradient_norm")
    if not losses or not norms:
        return None
    label = f"Training by step at learning rate {rate:g}: " + "; ".join(
        [f"{name} from {curve[0][1]:.3g} to {curve[-1][1]:.3g} nats a token" for name, curve in losses.items()]
        + [f"{name} largest gradient norm {max(y for _, y in curve):.3g}" for name, curve in norms.items()]
    )
    caption = (
        f"Training at learning rate {rate:g}, the highest at which neither training diverged: mean loss, and largest "
        "norm of the gradient before clipping, of every ten steps."
    )
    return figure(study_figures.training_by_step(losses, norms, "clipping-steps", label), caption)


def _diverged_training(findings: Findings) -> Markup | None:
    """The unclipped training with the largest gradient of all."""
    trained = trainings(findings).dropna(subset=["largest_gradient_norm", "diverged_at_step"])
    diverged = trained[trained["gradients"] == UNCLIPPED].sort_values("largest_gradient_norm")
    if diverged.empty:
        return None
    row = diverged.iloc[-1]
    return paragraph(
        f"At learning rate {row['learning_rate']:g} the norm reaches {two_digits(row['largest_gradient_norm'])}, and "
        f"the training without clipping diverges at step {row['diverged_at_step']:,}: a step along such a gradient "
        "takes the weights too far."
    )


def _judge_clipping(findings: Findings) -> Judgment:
    trained = trainings(findings)
    clipped, unclipped = (trained[trained["gradients"] == name] for name in (CLIPPED, UNCLIPPED))
    if clipped.empty or unclipped.empty:
        return NO_CLIPPING
    best, best_unclipped = _best(clipped), _best(unclipped)
    finding = " ".join([_said("With clipping", best, clipped), _said("Without clipping", best_unclipped, unclipped)])
    if best is None or _diverged(clipped):
        return decided(False, finding)
    lower = best_unclipped is None or best["valid_perplexity"] < best_unclipped["valid_perplexity"]
    return decided(lower, finding, f"{best['valid_perplexity']:.1f}")


def _best(trained: pd.DataFrame) -> pd.Series | None:
    ended = trained.dropna(subset=["valid_perplexity"])
    return None if ended.empty else ended.loc[ended["valid_perplexity"].idxmin()]


def _diverged(trained: pd.DataFrame) -> list[float]:
    """The learning rates at which a training diverged."""
    return trained[trained["valid_perplexity"].isna()]["learning_rate"].tolist()


def _said(way: str, best: pd.Series | None, trained: pd.DataFrame) -> str:
    if best is None:
        return f"{way}, training diverges at every learning rate."
    result = f"{way}, the best perplexity is {best['valid_perplexity']:.1f}, at learning rate {best['learning_rate']:g}"
    rates = _diverged(trained)
    return f"{result}; training diverges at {' and '.join(f'{rate:g}' for rate in rates)}." if rates else f"{result}."


def _draw_rates(findings: Findings) -> Markup | None:
    trained = trainings(findings)
    found = curves(trained, "gradients", "learning_rate", "valid_perplexity")
    if not found:
        return None
    ways = trained["gradients"].unique()
    by_way: dict[str, Points] = {name: found.get(name, []) for name in ways}
    diverged = {name: _diverged(trained[trained["gradients"] == name]) for name in ways}
    label = "Validation perplexity by learning rate: " + "; ".join(
        ", ".join(
            [f"{name} {y:.3g} at {x:g}" for x, y in curve] + [f"{name} diverged at {x:g}" for x in diverged[name]]
        )
        for name, curve in by_way.items()
    )
    limit = findings.studies.get("clipping-clipped", {}).get("gradient_clip_norm")
    caption = (
        "Validation perplexity of one RNN, trained once at each learning rate from the same weights; a cross is a "
        f"training that diverged. Clipped is what is longer than {limit or 'the limit'}: at low learning rates, steps "
        "are then shorter than they need to be."
    )
    return figure(study_figures.perplexity_by_learning_rate(by_way, diverged, "clipping-rates", label), caption)


def _clipped_steps(findings: Findings) -> Markup | None:
    """How often this run's own training of an RNN was clipped."""
    training = findings.of_language_models("training")
    columns = ["gradient_norm.limit", "gradient_norm.clipped_share", "gradient_norm.largest"]
    if training.empty or not set(columns) <= set(training.columns):
        return None
    own = training.dropna(subset=columns)
    rows = own[own["model"] == "RNN"] if (own["model"] == "RNN").any() else own
    if rows.empty:
        return None
    row = rows.iloc[0]
    return paragraph(
        "A gradient g that is longer than the limit c becomes c · g / ‖g‖. In the training of this run’s "
        f"{row['model']} the limit is {row[columns[0]]:g}: {row[columns[1]]:.1%} of the steps were clipped, and the "
        f"longest gradient had a norm of {two_digits(row[columns[2]])}."
    )


EXPLODING = Block(
    "exploding",
    (24,),
    "Gradients explode, too",
    ("study:clipping-",),
    "the largest gradient norm without clipping is at least ten times the largest of the clipped training, before "
    "clipping, at the highest learning rate at which neither diverged",
    _judge_exploding,
    _draw_steps,
    _diverged_training,
)
CLIPPING = Block(
    "clipping",
    (25,),
    "Clipping keeps exploding gradients from doing harm",
    ("study:clipping-",),
    "no clipped training diverges, and the best perplexity with clipping is below the best without",
    _judge_clipping,
    _draw_rates,
    _clipped_steps,
)
