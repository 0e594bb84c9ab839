"""The page's section on the studies: what takes many trainings to see, shown where it has been run."""

from firth.report import figures, study_figures
from firth.report.encoder_studies import INITIAL_EMBEDDINGS, encoder_studies
from firth.report.findings import Findings, Metrics, numbered, pick
from firth.report.markup import Content, Markup, figure, section, side_by_side, table, titled

METHODS = {
    "feedforward": "feed-forward",
    "softmax": "softmax",
    "negative_sampling": "negative sampling",
}


CLIPPINGS = {"clipped": "clipped", "unclipped": "not clipped"}
SHARES = {"whole": (1.0, "all of the text"), "tenth": (0.1, "a tenth of the text")}


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
    """What word vectors cost by a language model and by skip-gram, with a softmax and without."""
    drawings = side_by_side([_cost_by_vocabulary(findings), _quality_by_cost(findings)])
    introduction = (
        "A softmax scores every word of the vocabulary to learn from one, in the feed-forward language model as in "
        "skip-gram; negative sampling scores a few. An operation is an addition or a multiplication in the loss or "
        "its gradient; they are counted, not timed."
    )
    return titled("What word vectors cost", introduction, [_equal_quality(findings), drawings])


def _equal_quality(findings: Findings) -> Markup | None:
    """What each method had read and computed when its vectors were first as good as those of the others."""
    runs = {name: findings.studies.get(f"vectors-{method}") for method, name in METHODS.items()}
    there = {name: values for name, values in runs.items() if values}
    rows: list[list[Content]] = []
    for name, values in there.items():
        words, operations = (pick(values, "equal_quality", key) for key in ("words", "operations"))
        billions = operations / 1e9 if operations is not None else None
        rows.append([name, pick(values, "operations_a_word"), words, billions, pick(values, "class_recovery")])
    if not rows:
        return None
    quality = next(iter(there.values()))["equal_quality"]["class_recovery"]
    caption = f"What it takes until the nearest word is of the same class for {quality:.0%} of all lemmas"
    header = ["learned by", "operations a word", "words read", "billion operations", "share in the end"]
    return table(caption, header, rows)


def _cost_by_vocabulary(findings: Findings) -> Markup | None:
    costs = {
        name: numbered(pick(findings.studies, "softmax", "operations_a_word", method), "vocabulary_")
        for method, name in METHODS.items()
    }
    there = {name: curve for name, curve in costs.items() if curve}
    if not there:
        return None
    label = "Operations a word by the size of the vocabulary: " + "; ".join(
        f"{name} from {curve[0][1]:.3g} for {curve[0][0]} words to {curve[-1][1]:.3g} for {curve[-1][0]}"
        for name, curve in there.items()
    )
    caption = "What learning from one word of the text costs, against the number of words that there are."
    return figure(study_figures.cost_by_vocabulary(there, "cost-vocabulary", label), caption)


def _quality_by_cost(findings: Findings) -> Markup | None:
    rows = {name: findings.study_curves.get(f"vectors-{method}", []) for method, name in METHODS.items()}
    curves = {name: [(row["operations"], row["class_recovery"]) for row in found] for name, found in rows.items()}
    there = {name: curve for name, curve in curves.items() if curve}
    if not there:
        return None
    label = "Share of lemmas whose nearest word is of their class, by operations so far: " + "; ".join(
        f"{name} {curve[-1][1]:.3g} after {curve[-1][0]:.3g}" for name, curve in there.items()
    )
    caption = "How good the vectors are after how much work. Chance is near zero."
    return figure(study_figures.quality_by_cost(there, "cost-quality", label), caption)


def _clipping(findings: Findings) -> Markup | None:
    """At which learning rates a recurrent network can be trained, its gradients clipped or not."""
    introduction = (
        "One Elman network, trained by stochastic gradient descent from the same random weights on the same text, once "
        "at every learning rate. Clipping shortens a gradient that is longer than a limit, so that no step is longer "
        "than that times the learning rate. A training that diverges, to a loss of 100 nats a token or a gradient that "
        "is no number, ends there."
    )
    drawings = side_by_side([_perplexity_by_learning_rate(findings), _training_by_step(findings)])
    return titled("Clipping gradients", introduction, [_trainings(findings), drawings])


def _by_learning_rate(findings: Findings) -> dict[str, dict[float, Metrics]]:
    """Way of training → learning rate → metrics, of those that were run."""
    runs = {
        name: pick(findings.studies, f"clipping-{clipping}", "by_learning_rate") for clipping, name in CLIPPINGS.items()
    }
    return {name: {float(rate): row for rate, row in values.items()} for name, values in runs.items() if values}


def _trainings(findings: Findings) -> Markup | None:
    rows: list[list[Content]] = []
    for name, results in _by_learning_rate(findings).items():
        for rate, row in results.items():
            step = row["diverged_at_step"]
            end = "–" if step is None else f"step {step:,}"
            norms = (row["median_gradient_norm"], row["largest_gradient_norm"])
            rows.append([f"{rate:g}", name, row["valid_perplexity"], end, *norms, f"{row['clipped_share']:.0%}"])
    limit = pick(findings.studies, "clipping-clipped", "gradient_clip_norm")
    caption = "An Elman network at several learning rates, gradients clipped"
    caption += f" to a norm of {limit:g} or not" if limit else " or not"
    header = [
        *("learning rate", "gradients", "perplexity (validation)", "diverged"),
        *("norm before clipping, median", "largest", "steps clipped"),
    ]
    return table(caption, header, rows, names=2)


def _perplexity_by_learning_rate(findings: Findings) -> Markup | None:
    runs = _by_learning_rate(findings)
    curves: dict[str, list[tuple[float, float]]] = {}
    diverged: dict[str, list[float]] = {}
    for name, results in runs.items():
        found = {rate: row["valid_perplexity"] for rate, row in results.items()}
        curves[name] = [(rate, perplexity) for rate, perplexity in found.items() if perplexity is not None]
        diverged[name] = [rate for rate, perplexity in found.items() if perplexity is None]
    if not any(curves.values()):
        return None
    label = "Validation perplexity by learning rate: " + "; ".join(
        ", ".join(
            [f"{name} {y:.3g} at {x:g}" for x, y in curve] + [f"{name} diverged at {x:g}" for x in diverged[name]]
        )
        for name, curve in curves.items()
    )
    caption = "What a network is worth after training, by learning rate. A cross is a training that diverged."
    drawing = study_figures.perplexity_by_learning_rate(curves, diverged, "clipping-rates", label)
    return figure(drawing, caption)


def _training_by_step(findings: Findings) -> Markup | None:
    """Loss and gradient norm at the highest learning rate at which no training diverged."""
    runs = _by_learning_rate(findings)
    ended = [
        {rate for rate, row in results.items() if row["valid_perplexity"] is not None} for results in runs.values()
    ]
    common = set.intersection(*ended) if ended else set()
    if not common:
        return None
    rate = max(common)
    curves = {name: findings.study_curves.get(f"clipping-{clipping}", []) for clipping, name in CLIPPINGS.items()}
    rows = {name: [row for row in curve if row["learning_rate"] == rate] for name, curve in curves.items()}
    losses, norms = (
        {name: [(row["step"], row[column]) for row in found] for name, found in rows.items() if found}
        for column in ("train_loss", "gradient_norm")
    )
    if not losses:
        return None
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


def _initial_embeddings(findings: Findings) -> Markup | None:
    """What an LSTM gains from word vectors that were learned on another text."""
    introduction = (
        "One LSTM, its word embeddings random at first or vectors that were learned on another, larger text of the "
        "same language; all its other weights start alike, and all of them are trained."
    )
    drawings = side_by_side([_perplexity_by_epoch(findings, share) for share in SHARES])
    return titled("Word vectors in a language model", introduction, [_initial_embeddings_table(findings), drawings])


def _initial_embeddings_table(findings: Findings) -> Markup | None:
    runs = {name: findings.studies.get(f"embeddings-{initial}") for initial, name in INITIAL_EMBEDDINGS.items()}
    rows: list[list[Content]] = [
        [name, *(pick(values, share, split, "perplexity") for share in SHARES for split in ("valid", "test"))]
        for name, values in runs.items()
        if values
    ]
    header = ["initial embeddings", *(f"{text}, {split}" for _, text in SHARES.values() for split in ("valid", "test"))]
    return table("Perplexity of an LSTM by its initial embeddings, trained on all of the text or a tenth", header, rows)


def _perplexity_by_epoch(findings: Findings, part: str) -> Markup | None:
    share, text = SHARES[part]
    curves = {
        name: [
            (row["epoch"], row["valid_perplexity"])
            for row in findings.study_curves.get(f"embeddings-{initial}", [])
            if row["share"] == share
        ]
        for initial, name in INITIAL_EMBEDDINGS.items()
    }
    there = {name: curve for name, curve in curves.items() if curve}
    if not there:
        return None
    label = f"Validation perplexity by epoch, trained on {text}: " + "; ".join(
        f"{name} from {curve[0][1]:.3g} to {curve[-1][1]:.3g}" for name, curve in there.items()
    )
    drawing = figures.learning_curves(there, f"embeddings-{part}", label)
    return figure(drawing, f"Perplexity after every epoch, trained on {text}, by initial embeddings.")
