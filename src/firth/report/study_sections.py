"""The page's section on the studies: experiments of many trainings, shown where they have been run."""

import pandas as pd

from firth.report import figures, study_figures
from firth.report.clipping_trainings import trainings
from firth.report.encoder_studies import encoder_studies
from firth.report.findings import Findings
from firth.report.markup import Markup, figure, section, side_by_side, table, titled
from firth.report.names import INITIAL_EMBEDDINGS, LANGUAGE_MODELS
from firth.report.result_tables import by_number, curves, rows_of
from firth.tables import flatten

METHODS = {
    "feedforward": LANGUAGE_MODELS["feedforward"].name,
    "softmax": "softmax",
    "negative_sampling": "negative sampling",
}
SHARES = {"share_1": (1.0, "all of the text"), "share_0.1": (0.1, "a tenth of the text")}


def studies_section(findings: Findings) -> Markup | None:
    """The studies that were run, each under a heading of its own."""
    parts = [
        _cost(findings),
        _clipping(findings),
        _initial_embeddings(findings),
        *encoder_studies(findings),
    ]
    return section("studies", "Studies", parts)


def _cost(findings: Findings) -> Markup | None:
    """The cost of word vectors by a language model and by skip-gram, with a softmax and without."""
    drawings = side_by_side([_cost_by_vocabulary(findings), _quality_by_cost(findings)])
    introduction = (
        "A softmax scores every word of the vocabulary to learn from one, in the feed-forward language model as in "
        "skip-gram; negative sampling scores a few. An operation is an addition or a multiplication in the loss or "
        "its gradient; they are counted, not timed."
    )
    return titled("The cost of word vectors", introduction, [_equal_quality(findings), drawings])


def _equal_quality(findings: Findings) -> Markup | None:
    """Words read and operations of each method until its vectors were as good as those of the others."""
    runs = {name: findings.studies.get(f"vectors-{method}") for method, name in METHODS.items()}
    there = pd.DataFrame([{"method": name, **flatten(dict(values))} for name, values in runs.items() if values])
    if there.empty:
        return None
    costs = there.assign(billions=there["equal_quality.operations"].astype(float) / 1e9)
    columns = ["method", "operations_a_word", "equal_quality.words", "billions", "nearest_neighbor_accuracy"]
    quality = there["equal_quality.nearest_neighbor_accuracy"].iloc[0]
    caption = f"Costs until nearest-neighbor accuracy is {quality:.0%}"
    header = ["learned by", "operations a word", "words read", "billion operations", "accuracy in the end"]
    return table(caption, header, rows_of(costs[columns]))


def _cost_by_vocabulary(findings: Findings) -> Markup | None:
    costs = findings.studies.get("softmax", {}).get("operations_a_word", {})
    there = {name: by_number(costs[method], "vocabulary_") for method, name in METHODS.items() if method in costs}
    if not there:
        return None
    label = "Operations a word by the size of the vocabulary: " + "; ".join(
        f"{name} from {curve[0][1]:.3g} for {curve[0][0]} words to {curve[-1][1]:.3g} for {curve[-1][0]}"
        for name, curve in there.items()
    )
    caption = "Operations to learn from one word of the text, by the size of the vocabulary."
    return figure(study_figures.cost_by_vocabulary(there, "cost-vocabulary", label), caption)


def _quality_by_cost(findings: Findings) -> Markup | None:
    rows = findings.curves_of("vectors", METHODS)
    if rows.empty:
        return None
    there = curves(rows, "study", "operations", "nearest_neighbor_accuracy")
    label = "Nearest-neighbor accuracy by operations so far: " + "; ".join(
        f"{name} {curve[-1][1]:.3g} after {curve[-1][0]:.3g}" for name, curve in there.items()
    )
    caption = "Nearest-neighbor accuracy by the operations so far. Chance is near zero."
    return figure(study_figures.quality_by_cost(there, "cost-quality", label), caption)


def _clipping(findings: Findings) -> Markup | None:
    """At which learning rates a recurrent network can be trained, its gradients clipped or not."""
    introduction = (
        "One Elman network, trained by stochastic gradient descent from the same random weights on the same text, once "
        "at every learning rate. Clipping shortens a gradient that is longer than a limit, so that no step is longer "
        "than that times the learning rate. A training that diverges, to a loss of 100 nats a token or a gradient that "
        "is no number, ends there."
    )
    return titled("Clipping gradients", introduction, [_trainings_table(findings)])


def _trainings_table(findings: Findings) -> Markup | None:
    trained = trainings(findings)
    shown = pd.DataFrame(
        {
            "learning rate": trained["learning_rate"].map("{:g}".format),
            "gradients": trained["gradients"],
            "perplexity (validation)": trained["valid_perplexity"],
            "diverged": trained["diverged_at_step"].map(lambda step: "–" if pd.isna(step) else f"step {step:,}"),
            "norm before clipping, median": trained["median_gradient_norm"],
            "largest": trained["largest_gradient_norm"],
            "steps clipped": trained["clipped_share"].map("{:.0%}".format),
        }
    )
    limit = findings.studies.get("clipping-clipped", {}).get("gradient_clip_norm")
    caption = "An Elman network at several learning rates, gradients clipped"
    caption += f" to a norm of {limit:g} or not" if limit else " or not"
    return table(caption, list(shown.columns), rows_of(shown), names=2)


def _initial_embeddings(findings: Findings) -> Markup | None:
    """Perplexity of an LSTM by its initial embeddings: random, or word vectors learned on another text."""
    introduction = (
        "One LSTM, its word embeddings random at first or vectors that were learned on another, larger text of the "
        "same language; all its other weights start alike, and all of them are trained."
    )
    drawings = side_by_side([_perplexity_by_epoch(findings, share) for share in SHARES])
    return titled("Word vectors in a language model", introduction, [_initial_embeddings_table(findings), drawings])


def _initial_embeddings_table(findings: Findings) -> Markup | None:
    runs = {name: findings.studies.get(f"embeddings-{initial}") for initial, name in INITIAL_EMBEDDINGS.items()}
    found = pd.DataFrame([{"initial": name, **flatten(dict(values))} for name, values in runs.items() if values])
    titles = {
        f"{share}.{split}.perplexity": f"{text}, {split}"
        for share, (_, text) in SHARES.items()
        for split in ("valid", "test")
    }
    caption = "Perplexity of an LSTM by its initial embeddings, trained on all of the text or a tenth"
    return table(
        caption, ["initial embeddings", *titles.values()], rows_of(found.reindex(columns=["initial", *titles]))
    )


def _perplexity_by_epoch(findings: Findings, part: str) -> Markup | None:
    share, text = SHARES[part]
    rows = findings.curves_of("embeddings", INITIAL_EMBEDDINGS)
    if rows.empty:
        return None
    there = curves(rows[rows["share"] == share], "study", "epoch", "valid_perplexity")
    if not there:
        return None
    label = f"Validation perplexity by epoch, trained on {text}: " + "; ".join(
        f"{name} from {curve[0][1]:.3g} to {curve[-1][1]:.3g}" for name, curve in there.items()
    )
    drawing = figures.learning_curves(there, f"embeddings-{share:g}", label)
    return figure(drawing, f"Perplexity after every epoch, trained on {text}, by initial embeddings.")
