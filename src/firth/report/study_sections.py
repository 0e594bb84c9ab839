"""The page's section on the studies: experiments of many trainings, shown where they have been run."""

import pandas as pd

from firth.report import study_figures
from firth.report.encoder_studies import encoder_studies
from firth.report.findings import Findings
from firth.report.markup import Markup, figure, section, side_by_side, table, titled
from firth.report.names import INITIAL_EMBEDDINGS, LANGUAGE_MODELS
from firth.report.result_tables import Points, curves, rows_of
from firth.tables import flatten

METHODS = {
    "feedforward": LANGUAGE_MODELS["feedforward"].name,
    "softmax": "softmax",
    "negative_sampling": "negative sampling",
}
CLIPPINGS = {"clipped": "clipped", "unclipped": "not clipped"}
SHARES = {"share_1": "all of the text", "share_0.1": "a tenth of the text"}


def studies_section(findings: Findings) -> Markup | None:
    """The studies that were run, each under a heading of its own."""
    parts = [
        _equal_quality(findings),
        _clipping(findings),
        _initial_embeddings_table(findings),
        *encoder_studies(findings),
    ]
    return section("studies", "Studies", parts)


def _equal_quality(findings: Findings) -> Markup | None:
    """Words read and operations of each method until its vectors were as good as those of the others."""
    runs = {name: findings.studies.get(f"vectors-{method}") for method, name in METHODS.items()}
    there = pd.DataFrame([{"method": name, **flatten(dict(values))} for name, values in runs.items() if values])
    if there.empty:
        return None
    costs = there.assign(billions=there["equal_quality.operations"].astype(float) / 1e9)
    columns = ["method", "operations_a_word", "equal_quality.words", "billions", "nearest_neighbor_accuracy"]
    quality = there["equal_quality.nearest_neighbor_accuracy"].iloc[0]
    caption = f"Costs of word vectors until nearest-neighbor accuracy is {quality:.0%}"
    header = ["learned by", "operations a word", "words read", "billion operations", "accuracy in the end"]
    return table(caption, header, rows_of(costs[columns]))


def _clipping(findings: Findings) -> Markup | None:
    """At which learning rates a recurrent network can be trained, its gradients clipped or not."""
    introduction = (
        "One Elman network, trained by stochastic gradient descent from the same random weights on the same text, once "
        "at every learning rate. Clipping shortens a gradient that is longer than a limit, so that no step is longer "
        "than that times the learning rate. A training that diverges, to a loss of 100 nats a token or a gradient that "
        "is no number, ends there."
    )
    trainings = _trainings(findings)
    drawings = side_by_side([_perplexity_by_learning_rate(trainings), _training_by_step(findings, trainings)])
    return titled("Clipping gradients", introduction, [_trainings_table(findings, trainings), drawings])


def _trainings(findings: Findings) -> pd.DataFrame:
    """A row for each training, by learning rate, with its gradients clipped and then without."""
    columns = ["gradients", "learning_rate", "diverged_at_step", "valid_perplexity"]
    columns += ["median_gradient_norm", "largest_gradient_norm", "clipped_share"]
    runs = {name: findings.studies.get(f"clipping-{clipping}", {}) for clipping, name in CLIPPINGS.items()}
    rows = [
        {"gradients": name, "learning_rate": float(rate), **outcome}
        for name, found in runs.items()
        for rate, outcome in found.get("by_learning_rate", {}).items()
    ]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"diverged_at_step": "Int64", **dict.fromkeys(columns[3:], float)})


def _trainings_table(findings: Findings, trainings: pd.DataFrame) -> Markup | None:
    shown = pd.DataFrame(
        {
            "learning rate": trainings["learning_rate"].map("{:g}".format),
            "gradients": trainings["gradients"],
            "perplexity (validation)": trainings["valid_perplexity"],
            "diverged": trainings["diverged_at_step"].map(lambda step: "–" if pd.isna(step) else f"step {step:,}"),
            "norm before clipping, median": trainings["median_gradient_norm"],
            "largest": trainings["largest_gradient_norm"],
            "steps clipped": trainings["clipped_share"].map("{:.0%}".format),
        }
    )
    limit = findings.studies.get("clipping-clipped", {}).get("gradient_clip_norm")
    caption = "An Elman network at several learning rates, gradients clipped"
    caption += f" to a norm of {limit:g} or not" if limit else " or not"
    return table(caption, list(shown.columns), rows_of(shown), names=2)


def _perplexity_by_learning_rate(trainings: pd.DataFrame) -> Markup | None:
    found = curves(trainings, "gradients", "learning_rate", "valid_perplexity")
    if not found:
        return None
    ways = trainings["gradients"].unique()
    curves_by_way: dict[str, Points] = {name: found.get(name, []) for name in ways}
    failed = trainings[trainings["valid_perplexity"].isna()]
    diverged = {name: failed[failed["gradients"] == name]["learning_rate"].tolist() for name in ways}
    label = "Validation perplexity by learning rate: " + "; ".join(
        ", ".join(
            [f"{name} {y:.3g} at {x:g}" for x, y in curve] + [f"{name} diverged at {x:g}" for x in diverged[name]]
        )
        for name, curve in curves_by_way.items()
    )
    caption = "Validation perplexity after training, by learning rate. A cross is a training that diverged."
    drawing = study_figures.perplexity_by_learning_rate(curves_by_way, diverged, "clipping-rates", label)
    return figure(drawing, caption)


def _training_by_step(findings: Findings, trainings: pd.DataFrame) -> Markup | None:
    """Loss and gradient norm at the highest learning rate at which no training diverged."""
    ended = trainings.groupby("learning_rate").agg({"valid_perplexity": "count", "gradients": "count"})
    common = ended[ended["valid_perplexity"] == trainings["gradients"].nunique()].index
    if common.empty:
        return None
    rate = float(common.max())
    steps = findings.curves_of("clipping", CLIPPINGS)
    rows = steps[steps["learning_rate"] == rate] if "learning_rate" in steps else steps
    if rows.empty:
        return None
    losses, norms = curves(rows, "study", "step", "train_loss"), curves(rows, "study", "step", "gradient_norm")
    label = f"Training loss by step at learning rate {rate:g}: " + "; ".join(
        f"{name} from {curve[0][1]:.3g} to {curve[-1][1]:.3g} nats a token, largest gradient norm "
        f"{max(y for _, y in norms[name]):.3g}"
        for name, curve in losses.items()
    )
    caption = (
        f"Training at learning rate {rate:g}, the highest at which no training diverged: mean loss and largest norm of "
        "the gradient, before clipping, of every ten steps."
    )
    return figure(study_figures.training_by_step(losses, norms, "clipping-steps", label), caption)


def _initial_embeddings_table(findings: Findings) -> Markup | None:
    runs = {name: findings.studies.get(f"embeddings-{initial}") for initial, name in INITIAL_EMBEDDINGS.items()}
    found = pd.DataFrame([{"initial": name, **flatten(dict(values))} for name, values in runs.items() if values])
    titles = {
        f"{share}.{split}.perplexity": f"{text}, {split}"
        for share, text in SHARES.items()
        for split in ("valid", "test")
    }
    caption = "Perplexity of an LSTM by its initial embeddings, trained on all of the text or a tenth"
    return table(
        caption, ["initial embeddings", *titles.values()], rows_of(found.reindex(columns=["initial", *titles]))
    )
