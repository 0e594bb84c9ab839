"""Why a claim is not tested: the reason that was measured with the numbers comes first."""

import pandas as pd
import pytest
from report.word_results import findings_with

from firth.report.findings import Findings
from firth.report.lecture.block import Verdict
from firth.report.lecture.chapters import CHAPTERS
from firth.report.lecture.reasons import NO_PAIRS, because

BLOCKS = {block.anchor: block for chapter in CHAPTERS for block in chapter.blocks}


def missing(*numbers: str) -> Findings:
    reasons = pd.DataFrame([(number, f"{number} is <missing>") for number in numbers], columns=["number", "reason"])
    orders = pd.DataFrame([{"model": "ngram", "order": 3, "ngrams": 9}])
    perplexity = pd.DataFrame([{"model": "feedforward", "split": "test", "perplexity": 9.5}])
    return findings_with({"not_measured": reasons, "ngram_orders": orders, "perplexity": perplexity})


def test_the_first_number_of_the_pattern_gives_the_reason_and_others_none() -> None:
    run = missing("lm_lstm_test_perplexity", "lm_lstm_agreement_one_attractor", "lm_gru_agreement_one_attractor")
    judgment = because(run, "lm_.*_agreement_one_attractor", NO_PAIRS)
    assert judgment.finding == "Not measured: lm_lstm_agreement_one_attractor is <missing>."
    assert (judgment.verdict, judgment.command) == (Verdict.UNTESTED, "firth repro")
    assert because(run, "agreement", NO_PAIRS) == NO_PAIRS


@pytest.mark.parametrize(
    ("anchor", "number"),
    [
        ("one-hot", "word2vec_nearest_neighbor_accuracy"),
        ("company", "raw_counts_men_spearman"),
        ("meaning", "svd_men_spearman"),
        ("svd", "ppmi_men_spearman"),
        ("skip-gram", "word2vec_men_spearman"),
        ("fixed-window", "lm_feedforward_agreement_one_attractor"),
        ("language-model", "lm_lstm_test_perplexity"),
        ("trigram", "lm_ngram_agreement_one_attractor"),
        ("larger-ngrams", "lm_ngram_agreement_one_attractor"),
        ("attractors", "lm_gru_agreement_one_attractor"),
        ("distance", "lm_gru_agreement_one_attractor"),
        ("source-perplexity", "lm_gru_perplexity_over_source"),
        ("vanishing", "gradient_rnn_20_steps_back"),
        ("lstm", "gradient_lstm_20_steps_back"),
        ("gru", "gradient_gru_20_steps_back"),
        ("encoder-decoder", "qa_none_test_exact_match"),
        ("translation", "translation_dot_test_bleu"),
        ("bottleneck", "translation_dot_test_bleu"),
        ("attention", "translation_dot_test_bleu"),
        ("quality", "translation_dot_test_2016_bleu"),
        ("questions", "qa_none_test_exact_match"),
    ],
)
def test_a_block_gives_the_reason_that_its_number_was_not_measured(anchor: str, number: str) -> None:
    assert BLOCKS[anchor].judge(missing(number)).finding == f"Not measured: {number} is <missing>."
    assert "<missing>" not in BLOCKS[anchor].judge(missing("lm_other_number")).finding
