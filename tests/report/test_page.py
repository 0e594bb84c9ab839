"""The page: opens without a network, escapes what it quotes, and leaves out what was not measured."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from firth.report.findings import Findings, numbered, pick
from firth.report.neighbors import cooccurrence_example
from firth.report.page import render_page

VOID = {"meta", "br", "img", "hr", "link", "input"}
TOKENS = ["<unk>", "<eos>", "the", "cat", "<b>"]
COUNTS = csr_array(np.array([[0] * 5, [0] * 5, [0, 0, 0, 7, 2], [0, 0, 7, 0, 1], [0, 0, 2, 1, 0]], dtype=np.int32))


def findings() -> Findings:
    corpus = {
        "name": "w & w",
        "language": "en",
        "license": "MIT",
        "citation": "see https://example.org <here>",
        "world": True,
    }
    lengths = {"1-5": {"sentences": 7, "bleu": 51.5}, "6-10": {"sentences": 9, "bleu": 31.5}}
    translation = {
        "bleu": 41.5, "bleu_signature": "nrefs:1", "chrf": 60.25, "exact_match": 0.125, "by_source_length": lengths,
    }  # fmt: skip
    words, says = ["A", "<unk>"], ["Un", "<chat>", "<eos>"]
    watched = [
        {
            "sentence": "1", "output_position": str(row), "output": output, "source_position": str(column),
            "source": source, "gradient_norm": str(row * column), "attention": str(1 / column),
        }
        for row, output in enumerate(says, start=1)
        for column, source in enumerate(words, start=1)
    ]  # fmt: skip
    missing = {
        "agreement": {"share_of_tokens": 0.1, "floor": 0.0, "model": 0.02, "missing": 0.02},
        "selection": {"share_of_tokens": 0.4, "floor": 1.5, "model": 1.703, "missing": 0.203},
    }
    agreement = {
        "distractors_0": 0.99,
        "distractors_1": 0.875,
        "adjacent": 0.0625,
        "neutral": 0.625,
        "controls_1": 0.9375,
        "controls_2": None,
        "by_distance": {"0": 0.99, "1-2": 0.75, "11+": None},
        "pairs": {
            **{"distractors_0": 250, "distractors_1": 250, "adjacent": 61},
            **{"neutral": 250, "controls_1": 250, "controls_2": 7},
            "by_distance": {"0": 240, "1-2": 500, "11+": 9},
        },
    }
    trained = {
        "diverged_at_step": None,
        "valid_perplexity": 33.5,
        "median_gradient_norm": 0.5,
        "largest_gradient_norm": 1.5,
        "clipped_share": 0.75,
    }
    diverged = {**trained, "diverged_at_step": 1080, "valid_perplexity": None, "clipped_share": 0.0}
    steps = [
        {"learning_rate": rate, "step": step, "train_loss": loss, "gradient_norm": 1.5}
        for rate, step, loss in ((0.5, 10, 6.5), (0.5, 20, 4.5), (2.0, 10, 7.5))
    ]
    return Findings(
        corpora={"lm": corpus, "translation": {**corpus, "language": {"source": "en", "target": "fr"}}},
        settings={"co-occurrence": {"context_window": 2}, "SVD": {"learning_rate": 0.00025}},
        metrics={
            "lm-lstm": {
                "parameters": 1000,
                "best_epoch": 2,
                "valid": {"perplexity": 21.5},
                "test": {"perplexity": 22.5, "perplexity_over_floor": 1.25, "missing_nats": missing},
                "agreement": agreement,
            },
            "ngram": {
                "valid": {"perplexity": 31.5},
                "test": {"perplexity": 32.5},
                "by_order": {
                    "1": {"size": 12, "valid": {"perplexity": 61.5}, "test": {"perplexity": 62.5}},
                    "2": {"size": 3456, "valid": {"perplexity": 31.5}, "test": {"perplexity": 32.5}},
                },
            },
            "seq2seq-qa-none": {
                "test": {
                    "exact_match": 0.96875,
                    "by_sentences": {"2": 1.0, "10": 0.5},
                    "by_supporting_facts": {"1": 0.9, "2": 0.7},
                    "by_task": {"2": 0.25, "10": 0.9531},
                    "baselines": {"question_alone": 0.0625, "last_place": None},
                }
            },
            "alignment-translation-none": {"source_length": 2},
            "seq2seq-translation-additive": {"epochs": 3, "test_2016": translation},
            "seq2seq-translation-none": {"epochs": 3, "test_2016": translation, "test_2017": translation},
            "svd": {
                "explained_variance": 0.5,
                "svd": {"class_recovery": 0.75, "covered": 9, "men": {"spearman": 0.625, "pairs": 3000}},
                "one_hot": {"class_recovery": 0.0313, "men": {"spearman": None}},
                "raw_counts": {"class_recovery": 0.4375},
            },
            "word2vec": {
                "word2vec": {
                    "class_recovery": 0.8125,
                    "men": {"spearman": 0.65625, "spearman_low": -0.0625, "spearman_high": 0.75},
                    "google-analogies": {
                        "questions": 9,
                        "restricted": {"covered": 8, "add": 0.125, "multiply": 0.375},
                        "unrestricted": {"covered": 8, "add": 0.25, "multiply": None},
                    },
                }
            },
        },
        watched={
            "alignment-translation-additive": watched,
            "alignment-translation-none": [{**cell, "attention": ""} for cell in watched],
        },
        curves={
            "alignment-translation-none": [
                {"output_position": row, "source_position": column, "gradient_norm": row * column}
                for row in (1.0, 3.0)
                for column in (1.0, 2.0)
            ],
            "lm-lstm": [{"epoch": 1, "valid_perplexity": 40.0}, {"epoch": 2, "valid_perplexity": 21.5}],
        },
        samples={
            "seq2seq-translation-none": {
                "first": [
                    {"source": "A <unk>.", "reference": "Un chat.", "output": "Un chat.", "chrf": 100.0},
                    {"source": "B.", "reference": "Un chien.", "output": "<script>alert(1)</script>", "chrf": 3.25},
                ],
                "best": [],
            },
            "seq2seq-qa-none": {
                "worst": [
                    {"story": ["S & T."], "question": "Q?", "reference": "<unk>", "output": "<unk>", "chrf": 100.0}
                ]
            },
        },
        example=cooccurrence_example(COUNTS, csr_array(COUNTS.toarray() * 0.5), TOKENS, ["cat", "<b>"]),
        missing_words=["<zebra>"],
        neighbors={"svd": {"cat": [("dog", 0.98765)]}, "word2vec": {"cat": [("<b>", 0.5)]}},
        word_map="<svg></svg>",
        studies={
            "softmax": {
                "operations_a_word": {
                    "feedforward": {"vocabulary_1000": 7.5e5, "vocabulary_2000": 1.35e6},
                    "negative_sampling": {"vocabulary_1000": 7.5e4, "vocabulary_2000": 7.5e4},
                }
            },
            "vectors-feedforward": {
                "operations_a_word": 930198.0,
                "class_recovery": 0.8125,
                "equal_quality": {"class_recovery": 0.9, "words": None, "operations": None},
            },
            "vectors-negative_sampling": {
                "operations_a_word": 42620.0,
                "class_recovery": 0.998,
                "equal_quality": {"class_recovery": 0.9, "words": 544745.0, "operations": 2.3217e10},
            },
            "clipping-clipped": {"gradient_clip_norm": 0.25, "by_learning_rate": {"0.5": trained, "2": trained}},
            "clipping-unclipped": {"gradient_clip_norm": None, "by_learning_rate": {"0.5": trained, "2": diverged}},
            "encoders-gru-reversed": {
                "bleu": 41.5,
                "before": {"first_half_share": 0.9375},
                "after": {"first_half_share": 0.625},
                "by_source_length": lengths,
            },
            **{
                f"pairs-{initial}": {
                    f"percent_{percent}": {"pairs": 30 * percent, "bleu": bleu + percent / 2} for percent in (1, 100)
                }
                for initial, bleu in (("random", 1.5), ("word2vec", 9.5))
            },
            "bottleneck": {
                "by_hidden_size": {
                    f"hidden_size_{size}": {"bleu": size / 4, "by_source_length": lengths} for size in (128, 16)
                }
            },
            "embeddings-random": {
                "whole": {"valid": {"perplexity": 11.5}, "test": {"perplexity": 12.5}},
                "tenth": {"valid": {"perplexity": 36.5}, "test": {"perplexity": 37.5}},
            },
        },
        study_curves={
            "vectors-feedforward": [
                {"operations": 1e10, "class_recovery": 0.25},
                {"operations": 1e12, "class_recovery": 0.8125},
            ],
            "encoders-gru-reversed": [
                {"source_position": 1.0, "norm_before": 0.125, "norm_after": 0.5},
                {"source_position": 2.0, "norm_before": 0.0625, "norm_after": 0.25},
            ],
            **{f"clipping-{clipping}": steps for clipping in ("clipped", "unclipped")},
            "embeddings-random": [
                {"share": share, "epoch": epoch, "train_loss": 2.5, "valid_perplexity": perplexity}
                for share, epoch, perplexity in ((1.0, 1, 20.5), (1.0, 2, 11.5), (0.1, 1, 90.5), (0.1, 2, 36.5))
            ],
        },
    )


class Reader(HTMLParser):
    """Reads a page strictly: tags must close in order; keeps ids, loads, and the text of table rows."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.tags.add(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "xlink:href", "data")]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "tr" in self.open and {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def page() -> str:
    return render_page(findings())


def test_page_loads_nothing_and_has_no_script(page: str) -> None:
    reader = read(page)
    assert reader.links and all(link.startswith("#") for link in reader.links)
    assert not reader.tags & {"script", "link", "iframe", "object", "embed", "img", "base"}
    assert not re.search(r"@import|url\(", page)
    assert {link[1:] for link in reader.links} <= set(reader.ids)
    assert len(reader.ids) == len(set(reader.ids))


def test_same_findings_give_the_same_bytes(page: str) -> None:
    assert render_page(findings()) == page


def test_text_of_data_is_escaped_everywhere(page: str) -> None:
    for raw in ("<unk>", "<script>", "<b>cat", "<zebra>", "<here>", "S & T"):
        assert raw not in page
    for escaped in (
        "A &lt;unk&gt;.",
        "&lt;script&gt;alert(1)",
        "&lt;zebra&gt;",
        "&lt;here&gt;",
        "S &amp; T.",
        "w &amp; w",
    ):
        assert escaped in page


def test_example_of_counting_shows_the_numbers_of_the_matrix(page: str) -> None:
    rows = read(page).rows
    start = rows.index(["", "the", "<b>", "cat"])
    assert rows[start + 1 : start + 3] == [["cat", "7", "1", "0"], ["<b>", "2", "0", "1"]]
    assert rows[start + 4 : start + 6] == [["cat", "3.50", "0.50", "0"], ["<b>", "1", "0", "0.50"]]
    assert ["25", "6", "24.00%", "0.00", "0.00"] in rows


@pytest.mark.parametrize(
    "row",
    [
        ["LSTM", "perplexity (test)", "22.50", "1.250 times the floor"],
        ["question answering, without attention", "exact match (test)", "0.9688", "0.0625 by the best baseline"],
        ["SVD", "nearest word of the same class", "0.7500", "0.4375 with raw counts"],
        ["n-gram", "–", "–", "31.50", "32.50", "–"],
        ["LSTM", "1,000", "2", "21.50", "22.50", "1.250"],
        ["2", "3,456", "31.50", "32.50"],
        ["nearest word of the same class", "0.0313", "0.4375", "0.7500", "0.8125"],
        ["men (Spearman)", "–", "–", "0.6250", "0.6562 [-0.06, 0.75]"],
        ["google-analogies, frequent words (3CosAdd)", "–", "–", "–", "0.1250"],
        ["google-analogies, frequent words (3CosMul)", "–", "–", "–", "0.3750"],
        ["google-analogies, all words (3CosAdd)", "–", "–", "–", "0.2500"],
        ["test 2017", "without attention", "41.50", "60.25", "0.1250"],
        ["test", "baseline: question alone", "0.0625"],
        ["no noun", "250", "0.9900"],
        ["1 noun ≠", "250", "0.8750"],
        ["last word ≠", "61", "0.0625"],
        ["neutral", "250", "0.6250"],
        ["1 noun =", "250", "0.9375"],
        ["2 nouns =", "7", "–"],
        ["2", "0.7000"],
        ["10", "0.9531", "0.4400", "0.8260"],
        ["mean", "0.6016", "0.3200", "0.8050"],
        ["tasks passed (≥ 0.95)", "1", "0", "0"],
        ["cat", "dog 0.99", "<b> 0.50"],
        ["SVD", "learning rate 0.00025"],
        ["translation", "w & w", "en → fr", "MIT", "see https://example.org <here>"],
        ["svd", "svd.men.pairs", "3,000"],
        ["feed-forward", "930,198", "–", "–", "0.8125"],
        ["negative sampling", "42,620", "544,745", "23.22", "0.9980"],
        ["2", "clipped", "33.50", "–", "0.5000", "1.500", "75%"],
        ["2", "not clipped", "–", "step 1,080", "0.5000", "1.500", "0%"],
        ["random", "11.50", "12.50", "36.50", "37.50"],
        ["study-vectors-feedforward", "equal_quality.words", "–"],
    ],
)
def test_result_stands_in_a_row(page: str, row: list[str]) -> None:
    assert row in read(page).rows


def test_growth_of_n_gram_models_is_told_in_words_with_agreement_where_it_was_measured(page: str) -> None:
    first = "n-gram models: order 1, n-grams 12, perplexity (validation) 61.50, perplexity (test) 62.50; order 2, "
    assert f'aria-label="{first}n-grams 3,456, ' in page
    everything = findings()
    by_order = {
        order: {**values, "agreement": {"distractors_0": 0.5, "distractors_1": 0.25, "controls_1": 0.75}}
        for order, values in everything.metrics["ngram"]["by_order"].items()
    }
    metrics = {**everything.metrics, "ngram": {**everything.metrics["ngram"], "by_order": by_order}}
    measured = render_page(replace(everything, metrics=metrics))
    assert "agreement accuracy (no distractors) 0.5000, agreement accuracy (1) 0.2500; order 2" in measured
    assert "the dashed line is chance" in measured and "the dashed line is chance" not in page


def test_missing_nats_are_drawn_for_the_models_that_have_them(page: str) -> None:
    assert 'aria-label="Missing nats a token: LSTM agreement 0.02, selection 0.203"' in page


def test_learning_rates_are_drawn_with_those_that_diverged_and_steps_at_the_highest_that_did_not(page: str) -> None:
    label = "Validation perplexity by learning rate: clipped 33.5 at 0.5, clipped 33.5 at 2; "
    assert f'aria-label="{label}not clipped 33.5 at 0.5, not clipped diverged at 2"' in page
    label = "Training loss by step at learning rate 0.5: clipped from 6.5 to 4.5 nats a token, "
    assert f'aria-label="{label}largest gradient norm 1.5; not clipped' in page


def test_initial_embeddings_have_a_figure_for_each_share_of_the_text(page: str) -> None:
    assert 'aria-label="Validation perplexity by epoch, trained on all of the text: random from 20.5 to 11.5"' in page
    assert 'aria-label="Validation perplexity by epoch, trained on a tenth of the text: random from 90.5' in page


def test_only_outputs_that_equal_the_reference_are_marked_exact(page: str) -> None:
    assert page.count("✓ exact") == 1
    assert 'Un chat. <span class="exact">' in page


def test_what_was_not_measured_vanishes_with_its_heading() -> None:
    everything = findings()
    without: dict[str, Any] = {
        "corpora": {},
        "settings": {},
        "metrics": {},
        "curves": {},
        "samples": {},
        "neighbors": {},
        "studies": {},
        "study_curves": {},
    }
    page = render_page(replace(everything, **without, missing_words=[], word_map=None))
    anchors = {"counts", "vectors", "language-models", "encoder-decoders", "studies", "metrics"}
    assert set(read(page).ids) & anchors == {"counts"}
    outside_the_world = {name: dict(values) for name, values in everything.metrics.items()}
    outside_the_world["lm-lstm"] = {
        "test": {"perplexity": 22.5, "perplexity_over_floor": None, "dynamic_perplexity": 20.5}
    }
    page = render_page(replace(everything, metrics=outside_the_world))
    assert "÷\u00a0floor" not in page and "times the floor" not in page and "greement" not in page
    assert ["22.50", "20.50"] in [row[-2:] for row in read(page).rows if row[0] == "LSTM"]
    assert "Missing nats" not in page


def test_constructions_stand_in_rows_of_their_own_beside_every_model() -> None:
    conditions = {"distractors_1": 0.25, "controls_1": 0.75}
    agreement = {
        "distractors_0": 0.9,
        "distractors_1": 0.25,
        "by_construction": {
            "simple": {"distractors_0": 0.9},
            "subject_relative": conditions,
            "verb_coordination": {"neutral": 0.5},
        },
        "pairs": {"by_construction": {"simple": {"distractors_0": 396}, "subject_relative": {"controls_1": 198}}},
    }
    language_models: dict[str, Any] = {
        "ngram": {"test": {"perplexity": 9.5}, "agreement": agreement},
        "lm-rnn": {"test": {"perplexity": 8.5}},
        "lm-gru": {"test": {"perplexity": 7.5}, "agreement": agreement},
    }
    page = render_page(replace(findings(), metrics=language_models))
    rows = read(page).rows
    start = rows.index(["between subject and verb", "pairs", "n-gram", "GRU"])
    assert rows[start + 1 : start + 5] == [
        ["simple", "396", "0.9000", "0.9000"],
        ["subject relative, 1 ≠", "–", "0.2500", "0.2500"],
        ["subject relative, 1 =", "198", "0.7500", "0.7500"],
        ["verb coordination, neutral", "–", "0.5000", "0.5000"],
    ]


def test_gradients_are_told_in_words_and_clipping_beside_them() -> None:
    everything = findings()
    found = {"jacobian_singular_values": {"largest": 0.875, "median": 0.25, "share_above_1": 0.125}}
    norms = {f"percentile_{percentile}": 0.5 + percentile / 100 for percentile in (1, 25, 50, 75, 99)}
    clipping = {"limit": 1.0, "clipped_share": 0.375, **norms}
    lstm = {**everything.metrics["lm-lstm"], "gradient_norm": clipping}
    metrics = {**everything.metrics, "lm-lstm": lstm, "gradients-lstm": {"before": found, "after": found}}
    rows = [
        {"lag": 0.0, "norm_before": 0.5, "norm_after": 0.25, "share_before": 0.75, "share_after": 0.5},
        {"lag": 1.0, "norm_before": 0.05, "norm_after": 0.0, "share_before": 0.25, "share_after": 0.5},
        {"lag": 10.0, "norm_before": 0.005, "norm_after": 0.125},
    ]
    page = render_page(replace(everything, metrics=metrics, curves={**everything.curves, "gradients-lstm": rows}))
    assert "Norm of the gradient by lag: LSTM before training 0: 0.5, 10: 0.005; LSTM after training" in page
    assert "Share of the gradient by lag: LSTM before training 0: 0.75, 1: 0.25; " in page
    assert "LSTM: 37.5% of steps clipped." in page
    assert ["LSTM", "after training", "0.8750", "0.2500", "0.1250"] in read(page).rows
    assert "Gradients in time" not in render_page(everything)


def test_numbered_keys_come_in_order_of_their_number() -> None:
    assert numbered({"d_10": 0.5, "d_2": 1, "c_1": 0.3, "d_3": None}, "d_") == [(2, 1.0), (10, 0.5)]
    assert numbered(None, "d_") == []


def test_missing_keys_give_none() -> None:
    assert pick({"a": {"b": 1}}, "a", "b") == 1
    assert pick({"a": {"b": 1}}, "a", "c") is None
    assert pick({"a": 3}, "a", "b") is None


def test_alignment_is_shown_by_attention_or_without_it_by_gradients(page: str) -> None:
    assert "source position, sources of 2 tokens: without attention from 2 at the first to 4 at the last" in page
    told = "Un most from A; &lt;chat&gt; most from A; &lt;eos&gt; most from A"
    assert f"Attention, additive attention: {told}" in page
    assert f"Share of the gradient, without attention: {told.replace('from A', 'from &lt;unk&gt;')}" in page
    assert "BLEU by words in the source, test 2016: without attention 1-5: 51.5, 6-10: 31.5; additive" in page
    assert "sentences of each length: 1-5: 7, 6-10: 9" in page
    assert "What outputs owe" not in render_page(replace(findings(), watched={}, curves={}))


def test_studies_of_encoder_decoders_are_shown(page: str) -> None:
    assert ["GRU", "read backwards", "41.50", "0.9375", "0.6250"] in read(page).rows
    assert "BLEU by words in the source, read backwards: GRU 1-5: 51.5, 6-10: 31.5" in page
    for when, first, last in (("before", 0.125, 0.0625), ("after", 0.5, 0.25)):
        told = f"GRU from {first} at the first to {last} at the last"
        assert f"sources of 2 tokens read backwards, {when} training: {told}" in page
    assert "BLEU by training pairs: random 30: 2, 3000: 51.5; word2vec 30: 10, 3000: 59.5" in page
    rows = read(page).rows
    assert rows.index(["16 units", "4.000"]) < rows.index(["128 units", "32.00"])
