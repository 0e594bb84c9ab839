"""Results of a small run of language models, and checks that every block must pass."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pandas as pd
from report.lecture.said_numbers import unfounded

from firth.report.findings import Findings
from firth.report.lecture.block import Block, Judgment, Verdict

SETTINGS = {
    "language models": {"context_size": 2, "embedding_size": 16, "hidden_size": 24, "learning_rate": 0.5},
    "language models, feedforward only": {"learning_rate": 0.25},
}
MODELS = ("ngram", "feedforward", "rnn", "lstm")


def findings(
    tables: Mapping[str, pd.DataFrame], language: str = "en", settings: Mapping[str, Mapping[str, Any]] = SETTINGS
) -> Findings:
    """Results with these tables and nothing else."""
    empty: dict[str, Any] = {field.name: {} for field in fields(Findings)}
    corpora = {"lm": {"name": "four", "language": language}}
    return Findings(**{**empty, "tables": tables, "settings": settings, "corpora": corpora})


def agreement(**accuracies: Mapping[str, float]) -> pd.DataFrame:
    """Shares of 250 pairs, {model: {group: accuracy}}; the group of a distance begins with a digit."""
    rows = [
        {
            "model": model,
            "grouping": "distance" if group[0].isdigit() else "condition",
            "group": group,
            "pairs": 250,
            "accuracy": share,
            "low": share - 0.0625,
            "high": share + 0.03125,
        }
        for model, shares in accuracies.items()
        for group, share in shares.items()
    ]
    return pd.DataFrame(rows)


def tables() -> dict[str, pd.DataFrame]:
    """A run that bears out every claim."""
    good = {"attractors_0": 0.99, "attractors_1": 0.98, "attractors_2": 0.9375, "0": 0.99, "1-2": 0.96, "11+": 0.9}
    poor = {**good, "attractors_1": 0.375, "attractors_2": 0.25, "1-2": 0.625, "11+": 0.5}
    sides = [("inside", None, 0.875), ("outside", None, 0.53125), ("inside", 0, 0.96875), ("outside", 3, 0.53125)]
    words = [("the", 0.5), ("<dog>", 0.25), ("<eos>", 0.0)]
    forms = [(1, 1, "the <dog> near dogs", "barks", 1), (1, 1, "the <dog> near dogs", "bark", 0)]
    forms += [(2, 2, "the dogs of the man in town", "bark", 1), (2, 2, "the dogs of the man in town", "barks", 0)]
    chances = {"ngram": [0.125, 0.25, 0.5, 0.25], "feedforward": [0.25] * 4}
    ratios = {"ngram": 2.0, "feedforward": 1.5, "rnn": 1.25, "lstm": 1.0625}
    return {
        "agreement": agreement(ngram=poor, feedforward=poor, rnn={**good, "attractors_2": 0.5, "11+": 0.75}, lstm=good),
        "agreement_window": pd.DataFrame(
            [
                {"model": "feedforward", "window": 2, "subject": subject, "distance": distance, "pairs": 250,
                 "accuracy": share, "low": share - 0.0625, "high": share + 0.03125}
                for subject, distance, share in sides
            ]
        ),
        "agreement_examples": pd.DataFrame(
            [
                {"model": model, "pair": pair, "attractors": attractors, "prefix": prefix, "form": form,
                 "correct": correct, "probability": share}
                for model in MODELS
                for (pair, attractors, prefix, form, correct), share in zip(
                    forms, chances.get(model, [0.75, 0.0000001, 0.5, 0.25]), strict=True
                )
            ]
        ),
        "sentence_probabilities": pd.DataFrame(
            [
                {"model": model, "position": position, "token": token, "probability": share,
                 "negative_log_likelihood": position * ratios[model]}
                for model in MODELS
                for position, (token, share) in enumerate(words, start=1)
            ]
        ),
        "next_words": pd.DataFrame(
            [
                {"model": model, "prompt": "the <dog>", "rank": rank, "token": token, "probability": 1 / 2**rank,
                 "source_token": source, "source_probability": share}
                for model in MODELS
                for rank, (token, source, share) in enumerate(
                    [("barks", "barks", 0.75), ("near", "near", 0.25), (".", None, None)], start=1
                )
            ]
        ),
        "ngram_orders": pd.DataFrame(
            [
                {"model": "ngram", "order": order, "ngrams": 1000 * order, "valid_perplexity": 9 - order,
                 "test_perplexity": 9.5 - order, "attractors_0": 0.96875, "attractors_1": 0.125 * (order - 1)}
                for order in (1, 2, 3, 4, 5)
            ]
        ),
        "ngram_order_agreement": pd.concat(
            agreement(ngram={**poor, "attractors_1": 0.125 * (order - 1)}).assign(order=order) for order in (2, 3, 4)
        ),
        "ngram_order_examples": pd.DataFrame(
            [
                {"model": "ngram", "order": order, "pair": pair, "attractors": attractors, "prefix": prefix,
                 "form": form, "correct": correct, "probability": order / 8}
                for order in (1, 2, 3)
                for pair, attractors, prefix, form, correct in forms
            ]
        ),
        "perplexity": pd.DataFrame(
            [
                {"model": model, "split": "test", "perplexity": 8 * ratio, "source_perplexity": 8.0,
                 "perplexity_over_source": ratio}
                for model, ratio in ratios.items()
            ]
        ),
        "excess_cross_entropy": pd.DataFrame(
            [
                {"model": model, "category": category, "excess": excess}
                for model in MODELS
                for category, excess in (("agreement", 0.25), ("selection", 0.125), ("structure", -0.001))
            ]
        ),
        "training": pd.DataFrame(
            [
                {"model": f"lm-{model}", "parameters": 12345 + number, "epochs": number, "best_epoch": number}
                for number, model in enumerate(MODELS[1:], start=1)
            ]
        ),
        "learning_curves": pd.DataFrame(
            [{"model": "lm-lstm", "epoch": epoch, "valid_perplexity": 12.0 - epoch} for epoch in (1, 2)]
        ),
        "texts": pd.DataFrame([{"role": "lm", "split": "train", "vocabulary_size": 4321}]),
    }  # fmt: skip


def changed(name: str, **columns: Any) -> dict[str, pd.DataFrame]:
    """The same tables, with other columns in one."""
    found = tables()
    return {**found, name: found[name].assign(**columns)}


def judged(block: Block, results: Mapping[str, pd.DataFrame]) -> Judgment:
    """The judgment of a run; its numbers stand in the tables that the block names, and its parts can be drawn."""
    run = findings(results)
    judgment = block.judge(run)
    block.draw(run)
    block.example(run)
    assert unfounded(block, run) == []
    return judgment


def drawn(block: Block, results: Mapping[str, pd.DataFrame], language: str = "en") -> str:
    """The figure of a run, as HTML."""
    figure = block.draw(findings(results, language))
    assert figure is not None
    return str(figure)


def shown(block: Block, results: Mapping[str, pd.DataFrame]) -> str:
    """The example of a run, as HTML."""
    example = block.example(findings(results))
    assert example is not None
    return str(example)


def untested_without(block: Block, *names: str) -> None:
    """A run without these tables leaves the claim untested, says what to do, and has nothing to draw."""
    for results in ({key: table for key, table in tables().items() if key not in names}, {}):
        judgment = judged(block, results)
        assert judgment.verdict == Verdict.UNTESTED and not judgment.number
        assert judgment.command == "firth repro"
    assert block.draw(findings({})) is None and block.example(findings({})) is None
