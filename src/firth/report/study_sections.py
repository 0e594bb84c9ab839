"""The page's section on the studies: experiments of many trainings, shown where they have been run."""

import pandas as pd

from firth.report.clipping_trainings import trainings
from firth.report.encoder_studies import encoder_studies
from firth.report.findings import Findings
from firth.report.markup import Markup, section, table, titled
from firth.report.names import INITIAL_EMBEDDINGS, LANGUAGE_MODELS
from firth.report.result_tables import rows_of
from firth.tables import flatten

METHODS = {
    "feedforward": LANGUAGE_MODELS["feedforward"].name,
    "softmax": "softmax",
    "negative_sampling": "negative sampling",
}
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
