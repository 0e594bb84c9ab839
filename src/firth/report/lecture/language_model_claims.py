"""The chapter on language models: a fixed window of words, and what it cannot see."""

from typing import Any

from markupsafe import Markup

from firth.report.findings import Findings
from firth.report.lecture import block_commands
from firth.report.lecture.block import Block, Chapter, Judgment, explained
from firth.report.lecture.feedforward_window import FEEDFORWARD, WINDOW
from firth.report.lecture.language_pieces import by_perplexity, probability, quoted, the
from firth.report.lecture.ngram_limits import LARGER_NGRAMS, TRIGRAM_BLOCK
from firth.report.lecture.reasons import NO_SENTENCE, PERPLEXITY, because
from firth.report.markup import figure, join, paragraph, ranked, rendered
from firth.report.names import LANGUAGE_MODELS as NAMES
from firth.report.names import display_name


def _two_models(findings: Findings) -> list[str]:
    """The best model of this run, and the n-gram model."""
    ranking = by_perplexity(findings)
    return list(dict.fromkeys([*ranking[:1], *(model for model in ranking if model == "ngram")]))


def _judge(findings: Findings) -> Judgment:
    rows = findings.table("sentence_probabilities")
    last = rows.sort_values("position").groupby("model")["negative_log_likelihood"].last()
    models = [model for model in _two_models(findings) if model in last.index]
    if not models:
        return because(findings, PERPLEXITY, NO_SENTENCE)
    losses, token = " and ".join(f"{last[model]:.1f} nats by {the(model)}" for model in models), findings.token("lm")
    return explained(
        f"The probability of a sentence is the product of the probabilities of its {token}s, each given the {token}s "
        f"before it: the one below has a negative log-likelihood of {losses}."
    )


def _draw(findings: Findings) -> Markup | None:
    """The most probable next words, by the n-gram model, the best model, and the grammar."""
    rows = findings.table("next_words").sort_values("rank")
    columns: list[tuple[str, list[tuple[str, float]]]] = []
    for model in reversed(_two_models(findings)):
        found = rows[rows["model"] == model]
        if len(found):
            columns.append((display_name(model, NAMES), list(zip(found["token"], found["probability"], strict=True))))
    if not columns:
        return None
    source = rows[rows["model"] == rows["model"].iloc[0]].dropna(subset=["source_probability"])
    if len(source):
        columns.append(("the grammar", list(zip(source["source_token"], source["source_probability"], strict=True))))
    prompt = rows["prompt"].iloc[0]
    label = f"Most probable next {findings.token('lm')}s after {prompt}: " + "; ".join(
        f"{name} {', '.join(f'{word} {probability(value)}' for word, value in words)}" for name, words in columns
    )
    highest = max(value for _, words in columns for _, value in words)
    shown: list[tuple[str, list[Any]]] = [
        (name, [(word, probability(value), value / highest) for word, value in words]) for name, words in columns
    ]
    drawn = rendered(
        "next_words.svg.j2",
        columns=shown,
        rows=max(len(words) for _, words in shown),
        language=findings.language("lm"),
        label=label,
    )
    return figure(
        drawn, join([f"The most probable next {findings.token('lm')}s after “", quoted(findings, prompt), "”."])
    )


def _show(findings: Findings) -> Markup | None:
    """A sentence of the test text with the probability of each token, by the best model; … stands for a gap."""
    rows = findings.table("sentence_probabilities").sort_values("position")
    for model in _two_models(findings)[:1]:
        found = rows[rows["model"] == model]
        if len(found):
            tokens = [(row.token, probability(row.probability)) for row in found.itertuples()]
            if len(found) < found["position"].max():
                tokens.insert(-1, ("…", ""))
            told = f"P of each {findings.token('lm')} given those before it, by {the(model)}:"
            return join([paragraph(told), ranked(tokens)])
    return None


LANGUAGE_MODEL = Block(
    "language-model",
    (16,),
    "A language model gives a probability to the next word, and so to every sentence",
    ("sentence_probabilities",),
    "",
    _judge,
    _draw,
    _show,
    block_commands.next_words,
)
LANGUAGE_MODELS = Chapter(
    "language-models", "Language models", (FEEDFORWARD, WINDOW, LANGUAGE_MODEL, TRIGRAM_BLOCK, LARGER_NGRAMS)
)
