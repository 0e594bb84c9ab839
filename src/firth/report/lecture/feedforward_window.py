"""The feed-forward network: what it computes, and what lies outside its window."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from firth.report import language_figures
from firth.report.findings import Findings
from firth.report.language_figures import Share
from firth.report.lecture import block_commands
from firth.report.lecture.block import Block, Judgment, decided, explained
from firth.report.lecture.language_pieces import (
    network_settings,
    probability,
    quoted,
    share,
)
from firth.report.lecture.reasons import AGREEMENT, NO_FEEDFORWARD, NO_PAIRS, because
from firth.report.markup import figure, join, marked, paragraph, ranked, rendered
from firth.report.names import LANGUAGE_MODELS
from firth.report.result_tables import of_models

# A guess is right in half of the pairs. Nouns inside the window that have the subject's number raise that a little.
BLIND = 0.6
MOST_WORDS = 6  # of a window that are drawn
BEST = 3  # next words that are drawn


def _judge_network(findings: Findings) -> Judgment:
    training = of_models(findings.table("training"), "lm-")
    rows = training[training["model"] == "feedforward"].dropna(subset=["parameters"])
    if rows.empty:
        return NO_FEEDFORWARD
    token, parameters = findings.token("lm"), f"{int(rows['parameters'].iloc[0]):,}"
    return explained(
        f"x holds the embeddings of the last {token}s, h = f(W₁x) is a hidden layer, and a softmax over W₂h gives a "
        f"probability to each {token}: {parameters} parameters in this run."
    )


def _draw_network(findings: Findings) -> Markup | None:
    settings, following = network_settings(findings, "feedforward"), findings.table("next_words")
    rows = following[following["model"] == "feedforward"].sort_values("rank")
    if rows.empty or not {"context_size", "embedding_size", "hidden_size"} <= settings.keys():
        return None
    context, token = settings["context_size"], findings.token("lm")
    words = rows["prompt"].iloc[0].split()[-min(context, MOST_WORDS) :]
    best = [(row.token, probability(row.probability)) for row in rows.head(BEST).itertuples()]
    texts = findings.table("texts")
    sizes = texts[texts["role"] == "lm"]["vocabulary_size"].dropna()
    label = f"A feed-forward network reads {' '.join(words)}; most probable next: " + ", ".join(
        f"{word} {found}" for word, found in best
    )
    drawn = rendered(
        "feedforward.svg.j2",
        words=[word for word in words if word],
        best=best,
        inputs=f"{context} · {settings['embedding_size']}",
        hidden=str(settings["hidden_size"]),
        outputs=f"{int(sizes.iloc[0]):,} {token}s" if len(sizes) else "",
        language=findings.language("lm"),
        label=label,
    )
    caption = (
        f"The window holds the last {context} {token}s, each as an embedding. f is tanh. At the right: the most "
        f"probable next {token}s."
    )
    return figure(drawn, caption)


def _window(findings: Findings) -> pd.DataFrame:
    rows = findings.table("agreement_window")
    return rows[(rows["model"] == "feedforward") & rows["accuracy"].notna()]


def _judge_window(findings: Findings) -> Judgment:
    rows = _window(findings)
    sides = rows[rows["distance"].isna()].set_index("subject")
    if "outside" not in sides.index or "inside" not in sides.index:
        has_network = "feedforward" in set(findings.table("perplexity")["model"])
        return because(findings, AGREEMENT, NO_PAIRS) if has_network else NO_FEEDFORWARD
    inside, outside = sides.loc["inside"], sides.loc["outside"]
    number = f"{outside['accuracy']:.2f}"
    finding = (
        f"Reading {inside['window']} words, the feed-forward network prefers the right verb in {share(inside)} of the "
        f"pairs whose subject is among them, and in {share(outside)} of the others; a guess is right in half."
    )
    return decided(outside["accuracy"] <= BLIND and outside["accuracy"] < inside["low"], finding, number)


def _draw_window(findings: Findings) -> Markup | None:
    rows = _window(findings).dropna(subset=["distance"]).sort_values("distance")
    if rows.empty:
        return None
    shares = [Share(int(row.distance), row.accuracy, row.low, row.high) for row in rows.itertuples()]
    label = "Agreement accuracy of the feed-forward network by tokens between subject and verb: " + ", ".join(
        f"{one.x}: {one.share:.3g}" for one in shares
    )
    color = LANGUAGE_MODELS["feedforward"].color
    drawn = language_figures.shares_by_distance(shares, int(rows["window"].iloc[0]), color, "window", label)
    caption = "Accuracy with its 95 % interval; distances with fewer than 20 pairs are left out."
    return figure(drawn, caption)


def _show_window(findings: Findings) -> Markup | None:
    """A pair with as many attractors as there are, the words of the window marked."""
    examples, rows = findings.table("agreement_examples"), _window(findings)
    found = examples[examples["model"] == "feedforward"]
    if found.empty or rows.empty:
        return None
    farthest = found[found["attractors"] == found["attractors"].max()]
    pair: Any = farthest[farthest["pair"] == farthest["pair"].min()]
    words, window = pair["prefix"].iloc[0].split(), int(rows["window"].iloc[0])
    first = max(0, len(words) - window)
    before = quoted(findings, " ".join(words[:first]) + " ")
    forms = [(row.form, probability(row.probability)) for row in pair.itertuples()]
    return join([paragraph(before, marked(" ".join(words[first:]))), ranked(forms)])


FEEDFORWARD = Block(
    "feedforward",
    (14,),
    "A feed-forward network maps the last few words to a probability of the next",
    ("training",),
    "",
    _judge_network,
    _draw_network,
    command=lambda findings: block_commands.next_words(findings, "feedforward"),
)
WINDOW = Block(
    "fixed-window",
    (15,),
    "It cannot read past its window, and language has longer dependencies",
    ("agreement_window",),
    "accuracy of the feed-forward network on pairs whose subject is outside its window ≤ 0.6, and below the interval "
    "of its accuracy inside",
    _judge_window,
    _draw_window,
    _show_window,
    lambda findings: block_commands.agree(findings, block_commands.most_attractors(findings), "feedforward"),
)
