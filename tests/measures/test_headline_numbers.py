"""The table of headline numbers: names, directions, decimals."""

from itertools import product

import pytest

from firth.measures.headline_numbers import (
    HEADLINE_NUMBERS,
    describe,
    format,
    format_difference,
    is_headline,
    number_prefix,
    split_number,
)
from firth.params.cells import RECURRENT_NETWORKS
from firth.params.model_names import LANGUAGE_MODELS
from firth.params.task_names import ATTENTIONS, TASKS

NAMES = {
    *(f"{space}_nearest_neighbor_accuracy" for space in ("one_hot", "counts", "raw_counts", "ppmi", "svd", "word2vec")),
    *(
        f"{space}_{score}"
        for space, score in product(
            ("svd", "word2vec"),
            ("wordsim353_spearman", "men_spearman", "simlex999_spearman", "google_analogies_accuracy"),
        )
    ),
    "lm_source_perplexity",
    "lm_lstm_word_perplexity",
    "lm_gru_bits_per_character",
    *(
        f"lm_{model}_{score}"
        for model, score in product(
            LANGUAGE_MODELS,
            (
                "test_perplexity",
                "word_perplexity",
                "bits_per_character",
                "dynamic_perplexity",
                "perplexity_over_source",
                "agreement_one_attractor",
            ),
        )
    ),
    "lm_ngram_agreement_adjacent_attractor",
    *(f"translation_{attention}_test_bleu" for attention in ATTENTIONS),
    "translation_dot_test_2016_flickr_bleu",
    *(f"qa_{name}_test_exact_match" for name in (*ATTENTIONS, "baseline")),
    *(f"gradient_{cell}_20_steps_back" for cell in RECURRENT_NETWORKS),
}
NO_HEADLINES = {
    "svd_rw_spearman",
    "ppmi_men_spearman",
    "lm_lstm_valid_perplexity",
    "lm_lstm_agreement_adjacent_attractor",
    "gradient_feedforward_20_steps_back",
    "translation_dot_valid_bleu",
    "translation_dot_test_bleu_2",
    "qa_dot_test_bleu",
    "one_hot_nearest_neighbor_accuracy_2",
}


def test_every_name_belongs_to_one_kind_of_number() -> None:
    import re

    for name in NAMES:
        assert sum(bool(re.fullmatch(number.pattern, name)) for number in HEADLINE_NUMBERS) == 1, name
        assert is_headline(name)


def test_every_kind_of_number_has_a_name() -> None:
    assert {describe(name) for name in NAMES} == set(HEADLINE_NUMBERS)


def test_other_results_are_no_headline_numbers() -> None:
    assert not any(map(is_headline, NO_HEADLINES))
    with pytest.raises(KeyError, match="lm_lstm_valid_perplexity"):
        describe("lm_lstm_valid_perplexity")


def test_a_number_on_test_items_names_the_item_that_measures_it() -> None:
    items = [*product(["evaluate_lm"], LANGUAGE_MODELS), *product(["evaluate_seq2seq"], TASKS, ATTENTIONS)]
    for item in items:
        assert split_number(f"{number_prefix(*item)}test_bleu") == ("-".join(item), "test_bleu")
    assert split_number("lm_source_perplexity") is None
    assert split_number("qa_baseline_test_exact_match") is None


@pytest.mark.parametrize(
    ("name", "after_a_rise"),
    [
        ("svd_nearest_neighbor_accuracy", "better"),
        ("word2vec_men_spearman", "better"),
        ("lm_gru_test_perplexity", "worse"),
        ("lm_gru_perplexity_over_source", "worse"),
        ("lm_gru_agreement_one_attractor", "better"),
        ("lm_source_perplexity", ""),
        ("translation_none_test_bleu", "better"),
        ("qa_dot_test_exact_match", "better"),
        ("gradient_rnn_20_steps_back", ""),
    ],
)
def test_the_better_direction(name: str, after_a_rise: str) -> None:
    opposite = {"better": "worse", "worse": "better", "": ""}[after_a_rise]
    number = describe(name)
    assert (number.judge(1, 2), number.judge(2, 1), number.judge(2, 2)) == (after_a_rise, opposite, "")


def test_numbers_are_printed_with_the_decimals_of_their_kind() -> None:
    assert format("lm_lstm_test_perplexity", 9.58852) == "9.59"
    assert format("translation_dot_test_bleu", 95.0) == "95.0"
    assert format("svd_nearest_neighbor_accuracy", 0.995146) == "0.995"
    assert format("gradient_rnn_20_steps_back", 0.0000123) == "1e-05"
    assert format("gradient_rnn_20_steps_back", 0.0) == "0.0000"
    assert format("svd_men_spearman", None) == "–"
    assert format("of an older version", 1234.56789) == "1234.57"


def test_differences_keep_their_sign_and_never_vanish() -> None:
    assert format_difference("lm_lstm_test_perplexity", 9.5, 9.25) == "-0.25"
    assert format_difference("translation_dot_test_bleu", 90.0, 95.04) == "+5.0"
    assert format_difference("lm_lstm_test_perplexity", 9.5, 9.498) == "-2e-03"
    assert format_difference("lm_lstm_test_perplexity", 9.5, 9.5) == "+0.00"
