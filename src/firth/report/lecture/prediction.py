"""This chapter of the page: a neural language model’s vectors, skip-gram, and word vectors as input."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from firth.report import study_figures
from firth.report.findings import Findings
from firth.report.lecture import block_commands
from firth.report.lecture.block import Block, Chapter, Judgment, Verdict, decided, explained
from firth.report.lecture.good_starts import covered, draw_starts, judge_starts
from firth.report.lecture.judged_scores import THRESHOLD, said, scores_by_representation
from firth.report.lecture.reasons import (
    NO_COSTS,
    NO_CURVES,
    NO_OPERATIONS,
    NO_SUBWORDS,
    NO_VECTORS,
    because,
    vector_scores,
)
from firth.report.lecture.skipgram_pieces import draw_skipgram, sampling_example, skipgram_example
from firth.report.markup import figure, in_language, join, paragraph, rendered, table
from firth.report.result_tables import by_number, curves
from firth.report.study_sections import METHODS

EXPENSIVE = 10  # times the operations of negative sampling
GROWTH = 0.5  # of the vocabulary's: the softmax's operations grow about as the vocabulary does
CONSTANT = 1.1  # times its operations for the smallest vocabulary: negative sampling does not grow


def _judge_neural(findings: Findings) -> Judgment:
    operations = {method: _equal_quality(findings, method).get("operations") for method in METHODS}
    quality = _equal_quality(findings, "feedforward").get("nearest_neighbor_accuracy")
    neural, sampled = operations["feedforward"], operations["negative_sampling"]
    if quality is None or sampled is None:
        return NO_COSTS
    if neural is None:
        finding = f"The feed-forward language model’s vectors do not reach a nearest-neighbor accuracy of {quality}."
        return decided(False, finding)
    finding = (
        f"Until nearest-neighbor accuracy is {quality}, the feed-forward language model takes {_billions(neural)} "
        f"operations, skip-gram with negative sampling {_billions(sampled)}."
    )
    return decided(neural >= EXPENSIVE * sampled, finding, _billions(neural))


def _equal_quality(findings: Findings, method: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = findings.studies.get(f"vectors-{method}", {}).get("equal_quality", {})
    return found


def _billions(operations: float) -> str:
    return f"{operations / 1e9:.3g} billion"


def _draw_quality_by_cost(findings: Findings) -> Markup | None:
    there = _quality_curves(findings, "operations")
    if not there:
        return None
    label = "Nearest-neighbor accuracy by operations so far: " + _ends(there)
    caption = (
        "Nearest-neighbor accuracy of the vectors by the additions and multiplications so far, which are counted, not "
        "timed. Chance is near zero."
    )
    return figure(study_figures.quality_by_effort(there, "operations", "cost-quality", label), caption)


def _quality_curves(findings: Findings, x: str) -> dict[str, list[tuple[Any, float]]]:
    rows = findings.curves_of("vectors", METHODS)
    return {} if rows.empty or x not in rows else curves(rows, "study", x, "nearest_neighbor_accuracy")


def _ends(there: Mapping[str, list[tuple[Any, float]]]) -> str:
    return "; ".join(f"{name} {curve[-1][1]:.3g} after {curve[-1][0]:.3g}" for name, curve in there.items())


def _operations_a_word(findings: Findings) -> Markup | None:
    costs = {method: findings.studies.get(f"vectors-{method}", {}).get("operations_a_word") for method in METHODS}
    if not costs["feedforward"] or not costs["negative_sampling"]:
        return None
    return paragraph(
        f"To learn from one word of the text takes {costs['feedforward']:,.0f} operations in the feed-forward network, "
        f"whose softmax scores every word of the vocabulary, and {costs['negative_sampling']:,.0f} with negative "
        "sampling."
    )


def _judge_skipgram(findings: Findings) -> Judgment:
    score = scores_by_representation(findings).get("word2vec")
    if score is None:
        return because(findings, vector_scores("word2vec"), NO_VECTORS)
    finding = f"Vectors that skip-gram learned by predicting the words in a window {said(score)}."
    return decided(score.is_good, finding, score.text)


def _costs(findings: Findings) -> dict[str, list[tuple[int, Any]]]:
    """Method → operations a word of text, by the size of the vocabulary."""
    costs = findings.studies.get("softmax", {}).get("operations_a_word", {})
    return {method: by_number(costs[method], "vocabulary_") for method in METHODS if method in costs}


def _judge_softmax(findings: Findings) -> Judgment:
    costs = _costs(findings)
    softmax, sampled = costs.get("softmax", []), costs.get("negative_sampling", [])
    if min(len(softmax), len(sampled)) < 2:
        return NO_OPERATIONS
    (small, cheap), (large, dear) = softmax[0], softmax[-1]
    finding = (
        f"With {large:,} words in the vocabulary, a softmax takes {dear:,.0f} operations a word of text, negative "
        f"sampling {sampled[-1][1]:,.0f}; with {small:,} words, {cheap:,.0f} and {sampled[0][1]:,.0f}."
    )
    grows, stays = dear / cheap >= GROWTH * large / small, sampled[-1][1] <= CONSTANT * sampled[0][1]
    return decided(grows and stays, finding, f"{dear if stays else sampled[-1][1]:,.0f}")


def _draw_softmax(findings: Findings) -> Markup | None:
    there = {METHODS[method]: curve for method, curve in _costs(findings).items()}
    if not there:
        return None
    label = "Operations a word by the size of the vocabulary: " + "; ".join(
        f"{name} from {curve[0][1]:.3g} for {curve[0][0]} words to {curve[-1][1]:.3g} for {curve[-1][0]}"
        for name, curve in there.items()
    )
    caption = "Operations to learn from one word of the text, by the size of the vocabulary."
    return figure(study_figures.cost_by_vocabulary(there, "cost-vocabulary", label), caption)


def _judge_log_linear(findings: Findings) -> Judgment:
    names = ("negative_sampling", "feedforward")
    linear, hidden = (findings.studies.get(f"vectors-{name}", {}).get("nearest_neighbor_accuracy") for name in names)
    if linear is None or hidden is None:
        return NO_CURVES
    finding = (
        f"Without a hidden layer, skip-gram’s vectors end at a nearest-neighbor accuracy of {linear:.3f}; those of the "
        f"feed-forward network, which has one, at {hidden:.3f}."
    )
    return decided(linear >= hidden, finding, f"{linear:.3f}")


def _log_linear_example(findings: Findings) -> Markup | None:
    if _judge_log_linear(findings).verdict == Verdict.UNTESTED:
        return None
    return join(
        [
            paragraph(
                "The score W·C of a pair is linear in the vector of the center word. It is the logarithm of the "
                "probability up to log Z, the logarithm of the sum over the vocabulary, which is the same for all "
                "context words:"
            ),
            rendered("log_linear_equation.html.j2"),
        ]
    )


def _draw_quality_by_words(findings: Findings) -> Markup | None:
    there = _quality_curves(findings, "words")
    if not there:
        return None
    label = "Nearest-neighbor accuracy by words read: " + _ends(there)
    caption = "Nearest-neighbor accuracy of the vectors by the words of text read so far."
    return figure(study_figures.quality_by_effort(there, "words of text read", "quality-words", label), caption)


def _explain_features(findings: Findings) -> Judgment:
    rows = findings.table("texts").dropna(subset=["vocabulary_size", "pieces_per_word"])
    if rows.empty:
        return NO_SUBWORDS
    row = rows.nlargest(1, "pieces_per_word").iloc[0]
    token = findings.token(row["role"])
    return explained(
        f"Rare words share features, such as prefixes, with frequent ones: here {int(row['vocabulary_size']):,} "
        f"{token}s spell every word, with {row['pieces_per_word']:.2f} {token}s a word."
    )


def _draw_features(findings: Findings) -> Markup | None:
    spoken = findings.language("translation", "target")
    rows = [
        [in_language("".join(pieces), spoken), join((in_language(piece, spoken) for piece in pieces), " · ")]
        for pieces in findings.split_words
    ]
    drawn = table("Words of the training text and their subwords", ["word", "subwords"], rows)
    caption = "Byte-pair encoding: frequent words are one subword; each rarer word is made of parts that it shares."
    return figure(drawn, caption) if drawn else None


PREDICTION = Chapter(
    "prediction",
    "Vectors learned by prediction",
    (
        Block(
            "neural-vectors",
            (9,),
            "A neural language model learns word vectors, at a high price",
            ("study:vectors",),
            "the feed-forward language model reaches the quality, with at least 10 times the operations",
            _judge_neural,
            _draw_quality_by_cost,
            _operations_a_word,
            lambda findings: block_commands.next_words(findings, "feedforward"),
        ),
        Block(
            "skip-gram",
            (10,),
            "Skip-gram predicts the words around a word",
            ("vectors",),
            "for word2vec, " + THRESHOLD,
            _judge_skipgram,
            draw_skipgram,
            skipgram_example,
            block_commands.neighbors,
        ),
        Block(
            "negative-sampling",
            (11,),
            "The sum over the vocabulary is too costly; negative sampling does without it",
            ("study:softmax",),
            "from the smallest to the largest vocabulary the softmax’s operations grow at least half as much as the "
            "vocabulary, and those of negative sampling by less than a tenth",
            _judge_softmax,
            _draw_softmax,
            sampling_example,
        ),
        Block(
            "log-linear",
            (12,),
            "Skip-gram is log-linear and easy to train",
            ("study:vectors",),
            "skip-gram ends at least as good as the feed-forward network",
            _judge_log_linear,
            _draw_quality_by_words,
            _log_linear_example,
            block_commands.analogy,
        ),
        Block(
            "inputs",
            (13,),
            "Word vectors are good inputs: networks learn from less text",
            ("study:embeddings", "study:pairs"),
            "with word2vec, perplexity on the smallest share of the text is at least 5 % lower than with random "
            "vectors, and BLEU at least 2 points higher at the number of pairs where the two differ most",
            judge_starts,
            draw_starts,
            covered,
            lambda findings: block_commands.of_first_example(findings, "translation"),
        ),
        Block(
            "features",
            (3,),
            "Features shared by words help against sparsity",
            ("texts",),
            "",
            _explain_features,
            _draw_features,
        ),
    ),
)
