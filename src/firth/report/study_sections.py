"""The page's section on the studies: what takes many trainings to see, shown where it has been run."""

from firth.report import figures
from firth.report.findings import Findings, numbered, pick
from firth.report.markup import Content, Markup, figure, heading, paragraph, section, side_by_side, table

METHODS = {
    "feedforward": "feed-forward",
    "softmax": "softmax",
    "negative_sampling": "negative sampling",
}


def studies_section(findings: Findings) -> Markup | None:
    """What word vectors cost by a language model and by skip-gram, with a softmax and without."""
    drawings = side_by_side([_cost_by_vocabulary(findings), _quality_by_cost(findings)])
    parts: list[Markup | None] = [_equal_quality(findings), drawings]
    if any(parts):
        introduction = paragraph(
            "A softmax scores every word of the vocabulary to learn from one, in the feed-forward language model as in "
            "skip-gram; negative sampling scores a few. An operation is an addition or a multiplication in the loss or "
            "its gradient; they are counted, not timed."
        )
        parts = [heading("What word vectors cost"), introduction, *parts]
    return section("studies", "Studies", parts)


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
    return figure(figures.cost_by_vocabulary(there, "cost-vocabulary", label), caption)


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
    return figure(figures.quality_by_cost(there, "cost-quality", label), caption)
