"""The page: opens without a network, escapes what it quotes, and leaves out what was not measured."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

from firth.report.findings import Findings
from firth.report.page import render_page
from firth.text.corpus_description import CorpusDescription

VOID = {"meta", "br", "img", "hr", "link", "input"}


def tables() -> dict[str, pd.DataFrame]:
    """Every table, a few rows of each; what stands in a CSV file as an empty field is None."""
    ngram, lstm = {"model": "ngram"}, {"model": "lstm"}
    none, additive = ({"task": "translation", "attention": attention} for attention in ("none", "additive"))
    scores = {"sentences": 16, "bleu": 41.5, "bleu_signature": "nrefs:1", "chrf": 60.25, "exact_match": 0.125}
    lengths = [
        {"source_length": "1-5", "sentences": 7, "bleu": 51.5},
        {"source_length": "6-10", "sentences": 9, "bleu": 31.5},
    ]
    qa = {"task": "qa", "attention": "none", "split": "test"}
    agreement = [
        ("condition", "attractors_0", 250, 0.99),
        ("condition", "attractors_1", 250, 0.875),
        ("condition", "neutral", 250, 0.625),
        ("condition", "intervening_nouns_1", 250, 0.9375),
        ("condition", "intervening_nouns_2", 7, None),
        ("adjacent_attractor", "adjacent_attractor", 61, 0.0625),
        ("distance", "0", 240, 0.99),
        ("distance", "1-2", 500, 0.75),
        ("distance", "11+", 9, None),
    ]
    vectors = [
        ("svd", "svd", "nearest_neighbor_accuracy", 0.75, None, None),
        ("svd", "svd", "men_spearman", 0.625, None, None),
        ("counts", "one_hot", "nearest_neighbor_accuracy", 0.0313, None, None),
        ("counts", "one_hot", "men_spearman", None, None, None),
        ("counts", "raw_counts", "nearest_neighbor_accuracy", 0.4375, None, None),
        ("word2vec", "word2vec", "nearest_neighbor_accuracy", 0.8125, None, None),
        ("word2vec", "word2vec", "men_spearman", 0.65625, -0.0625, 0.75),
        ("word2vec", "word2vec", "analogies_restricted_add", 0.125, None, None),
        ("word2vec", "word2vec", "analogies_restricted_multiply", 0.375, None, None),
        ("word2vec", "word2vec", "analogies_unrestricted_add", 0.25, None, None),
        ("word2vec", "word2vec", "analogies_unrestricted_multiply", None, None, None),
    ]
    sources, outputs = ["A", "<unk>"], ["Un", "<chat>", "<eos>"]
    cells = [
        {
            "sentence": 1, "output_position": row, "output": output, "source_position": column, "source": source,
            "gradient_norm": row * column, "attention_weight": 1 / column,
        }
        for row, output in enumerate(outputs, start=1)
        for column, source in enumerate(sources, start=1)
    ]  # fmt: skip
    return {
        "vectors": pd.DataFrame(vectors, columns=["space", "representation", "measure", "score", "low", "high"]).assign(
            items=3000
        ),
        "perplexity": pd.DataFrame(
            [
                {**lstm, "split": "valid", "perplexity": 21.5},
                {**lstm, "split": "test", "perplexity": 22.5, "perplexity_over_source": 1.25},
                {**ngram, "split": "valid", "perplexity": 31.5},
                {**ngram, "split": "test", "perplexity": 32.5},
            ]
        ),
        "excess_cross_entropy": pd.DataFrame(
            [{**lstm, "category": "agreement", "excess": 0.02}, {**lstm, "category": "selection", "excess": 0.203}]
        ),
        "agreement": pd.DataFrame(agreement, columns=["grouping", "group", "pairs", "accuracy"]).assign(**lstm),
        "ngram_orders": pd.DataFrame(
            [
                {**ngram, "order": 1, "ngrams": 12, "valid_perplexity": 61.5, "test_perplexity": 62.5},
                {**ngram, "order": 2, "ngrams": 3456, "valid_perplexity": 31.5, "test_perplexity": 32.5},
            ]
        ),
        "translation": pd.DataFrame(
            [
                {**additive, "split": "test_2016", **scores},
                {**none, "split": "test_2016", **scores},
                {**none, "split": "test_2017", **scores},
            ]
        ),
        "source_length": pd.DataFrame(
            [
                {**model, "split": split, **row}
                for model, split in ((additive, "test_2016"), (none, "test_2016"), (none, "test_2017"))
                for row in lengths
            ]
        ),
        "answers": pd.DataFrame([{**qa, "questions": 64, "exact_match": 0.96875, "question_alone": 0.0625}]),
        "answer_groups": pd.DataFrame(
            [
                {**qa, "grouping": grouping, "group": group, "questions": 32, "exact_match": share}
                for grouping, group, share in (
                    *(("sentences", "10", 0.5), ("sentences", "2", 1)),
                    *(("supporting_facts", "1", 0.9), ("supporting_facts", "2", 0.7)),
                    *(("task", "10", 0.9531), ("task", "2", 0.25)),
                )
            ]
        ),
        "saliency": pd.DataFrame(
            [
                {**none, "output_position": row, "source_position": column, "gradient_norm": row * column}
                for row in (1, 3)
                for column in (1, 2)
            ]
        ),
        "example_sentences": pd.DataFrame(
            [
                *({**none, **cell, "attention_weight": None} for cell in cells),
                *({**additive, **cell} for cell in cells),
            ]
        ),
        "learning_curves": pd.DataFrame(
            [
                {"model": "lm-lstm", "epoch": 1, "valid_perplexity": 40.0},
                {"model": "lm-lstm", "epoch": 2, "valid_perplexity": 21.5},
            ]
        ),
        "training": pd.DataFrame([{"model": "lm-lstm", "parameters": 1000, "best_epoch": 2, "epochs": 2}]),
        "cooccurrence_example": pd.DataFrame(
            [("cat", "the", 7, 3.5), ("cat", "<b>", 1, 0.5), ("<b>", "the", 2, 0), ("<b>", "cat", 0, 0.25)],
            columns=["word", "neighbor", "count", "ppmi"],
        ).assign(space="counts"),
        "neighbors": pd.DataFrame(
            [("svd", "svd", "cat", 1, "<dog>", 0.98765)],
            columns=["space", "representation", "word", "rank", "neighbor", "cosine"],
        ),
        "counts": pd.DataFrame([{"cells": 25, "nonzeros": 6, "density": 0.24, "bytes_dense": 100, "bytes_sparse": 72}]),
    }


def findings() -> Findings:
    corpus: CorpusDescription = {
        "name": "w & w",
        "language": "en",
        "license": "MIT",
        "citation": "see https://example.org <here>",
        "tokenized": False,
        "world": True,
    }
    lengths = {"1-5": {"sentences": 7, "bleu": 51.5}, "6-10": {"sentences": 9, "bleu": 31.5}}
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
        sentences={"lm": ["the <cat> eats ."]},
        settings={"co-occurrence": {"context_window": 2}, "SVD": {"learning_rate": 0.00025}},
        tables=tables(),
        headline={"lm_lstm_perplexity": 22.5, "lm_ngram_perplexity_over_source": None},
        samples={
            "translation": [
                {"source": "A <unk>.", "reference": "Un chat.", "outputs": {"none": "Un chat.", "additive": "Un"}},
                {
                    "source": "B.",
                    "reference": "Un chien.",
                    "outputs": {"none": "<script>alert(1)//</script>", "additive": "Un chien."},
                },
            ],
            "qa": [{"source": "S & T. Q?", "reference": "<unk>", "outputs": {"none": "no"}}],
        },
        missing_words=["<zebra>"],
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
                "nearest_neighbor_accuracy": 0.8125,
                "equal_quality": {"nearest_neighbor_accuracy": 0.9, "words": None, "operations": None},
            },
            "vectors-negative_sampling": {
                "operations_a_word": 42620.0,
                "nearest_neighbor_accuracy": 0.998,
                "equal_quality": {"nearest_neighbor_accuracy": 0.9, "words": 544745.0, "operations": 2.3217e10},
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
                "share_1": {"valid": {"perplexity": 11.5}, "test": {"perplexity": 12.5}},
                "share_0.1": {"valid": {"perplexity": 36.5}, "test": {"perplexity": 37.5}},
            },
        },
        study_curves={
            "vectors-feedforward": pd.DataFrame(
                {"words": [1e4, 1e6], "operations": [1e10, 1e12], "nearest_neighbor_accuracy": [0.25, 0.8125]}
            ),
            "encoders-gru-reversed": pd.DataFrame(
                {"source_position": [1, 2], "norm_before": [0.125, 0.0625], "norm_after": [0.5, 0.25]}
            ),
            **{f"clipping-{clipping}": pd.DataFrame(steps) for clipping in ("clipped", "unclipped")},
            "embeddings-random": pd.DataFrame(
                [(1, 1, 2.5, 20.5), (1, 2, 2.5, 11.5), (0.1, 1, 2.5, 90.5), (0.1, 2, 2.5, 36.5)],
                columns=["share", "epoch", "train_loss", "valid_perplexity"],
            ),
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


def test_page_loads_nothing(page: str) -> None:
    reader = read(page)
    assert reader.links and all(link.startswith("#") for link in reader.links)
    assert not reader.tags & {"link", "iframe", "object", "embed", "img", "base"}
    assert not re.search(r"@import|url\(", page)
    assert {link[1:] for link in reader.links} <= set(reader.ids)
    assert len(reader.ids) == len(set(reader.ids))


def test_same_findings_give_the_same_bytes(page: str) -> None:
    assert render_page(findings()) == page


def test_text_of_data_is_escaped_everywhere(page: str) -> None:
    for raw in ("<unk>", "<script>alert", "<dog>", "<b><", "<b> ", "<zebra>", "<here>", "S & T"):
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


def test_first_neighbors_and_the_size_of_the_counts_stand_in_tables(page: str) -> None:
    rows = read(page).rows
    assert ["cat", "the 7 <b> 1", "the 3.50 <b> 0.50"] in rows
    assert ["<b>", "the 2", "cat 0.25"] in rows
    assert ["25", "6", "24.00%", "0.00", "0.00"] in rows


@pytest.mark.parametrize(
    "row",
    [
        ["LSTM", "perplexity (test)", "22.50", "1.250 times the source perplexity"],
        ["question answering, without attention", "exact match (test)", "0.9688", "0.0625 by the best baseline"],
        ["SVD", "nearest-neighbor accuracy", "0.7500", "0.4375 with raw counts"],
        ["n-gram", "–", "–", "31.50", "32.50", "–"],
        ["LSTM", "1,000", "2", "21.50", "22.50", "1.250"],
        ["2", "3,456", "31.50", "32.50"],
        ["nearest-neighbor accuracy", "0.0313", "0.4375", "0.7500", "0.8125"],
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
        ["cat", "<dog> 0.99"],
        ["SVD", "learning rate 0.00025"],
        ["translation", "w & w", "en → fr", "MIT", "see https://example.org <here>"],
        ["lm_lstm_perplexity", "22.50"],
        ["lm_ngram_perplexity_over_source", "–"],
        ["svd", "svd", "men_spearman", "0.6250", "–", "–", "3,000"],
        ["translation", "none", "test_2017", "16", "41.50", "60.25", "0.1250", "nrefs:1"],
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
    measured = tables()
    measured["ngram_orders"] = measured["ngram_orders"].assign(attractors_0=0.5, attractors_1=0.25)
    with_agreement = render_page(replace(findings(), tables=measured))
    assert "agreement accuracy (no attractors) 0.5000, agreement accuracy (1) 0.2500; order 2" in with_agreement
    assert "the dashed line is chance" in with_agreement and "the dashed line is chance" not in page


def test_excess_cross_entropy_is_drawn_for_the_models_that_have_it(page: str) -> None:
    assert 'aria-label="Excess cross-entropy (nats per token): LSTM agreement 0.02, selection 0.203"' in page


def test_what_was_not_measured_vanishes_with_its_heading() -> None:
    without: dict[str, Any] = {
        "corpora": {},
        "settings": {},
        "tables": {"counts": tables()["counts"]},
        "headline": {},
        "samples": {},
        "studies": {},
        "study_curves": {},
    }
    page = render_page(replace(findings(), **without, missing_words=[], word_map=None))
    anchors = {f"all-{name}" for name in ("counts", "vectors", "language-models", "encoder-decoders", "studies")}
    assert set(read(page).ids) & anchors == {"all-counts"}
    outside_the_world = {name: frame for name, frame in tables().items() if name not in ("excess_cross_entropy",)}
    outside_the_world["agreement"] = outside_the_world["agreement"].head(0)
    outside_the_world["perplexity"] = pd.DataFrame(
        [{"model": "lstm", "split": "test", "perplexity": 22.5, "dynamic_perplexity": 20.5}]
    )
    page = render_page(replace(findings(), tables=outside_the_world))
    assert "÷\u00a0source" not in page and "times the source" not in page and "agreement accuracy" not in page.lower()
    assert ["22.50", "20.50"] in [row[-2:] for row in read(page).rows if row[0] == "LSTM"]
    assert "Excess cross-entropy" not in page


def test_what_the_text_does_not_give_is_listed_with_its_reason() -> None:
    rows = [("lm_lstm_test_perplexity", "no <sentence>"), ("lm_gru_test_perplexity", "no <sentence>"), ("x", "y")]
    missing = pd.DataFrame(rows, columns=["number", "reason"])
    shown = render_page(replace(findings(), tables={**tables(), "not_measured": missing}))
    assert "<code>lm_lstm_test_perplexity</code>, <code>lm_gru_test_perplexity</code>" in shown
    assert "no &lt;sentence&gt;" in shown and "<caption>Not measured</caption>" in shown
    assert "<caption>Not measured</caption>" not in render_page(findings())


def test_commands_are_code_and_no_text_of_the_page_is_markdown() -> None:
    bare = re.sub(
        r"<(script|style).*?</\1>", "", render_page(replace(findings(), tables={}, studies={})), flags=re.DOTALL
    )
    assert "To test it, run: <code>firth repro</code>" in bare and "run: <code>make studies</code>" in bare
    assert "`" not in bare


def test_figures_do_without_points_that_no_axis_holds() -> None:
    poor = tables()
    poor["source_length"]["bleu"] = 0.0
    poor["saliency"]["gradient_norm"] = 0.0
    poor["learning_curves"]["valid_perplexity"] = np.inf
    poor["ngram_orders"][["valid_perplexity", "test_perplexity"]] = None
    shown = render_page(replace(findings(), tables=poor))
    assert "Perplexity on validation text after each epoch" not in shown
    assert "n-gram models by order" in shown and "by the order n" not in shown


def test_constructions_stand_in_rows_of_their_own_beside_every_model() -> None:
    groups = [
        ("condition", None, "attractors_0", 396, 0.9),
        ("condition", None, "attractors_1", 198, 0.25),
        ("construction", "simple", "attractors_0", 396, 0.9),
        ("construction", "subject_relative", "attractors_1", 198, 0.25),
        ("construction", "subject_relative", "intervening_nouns_1", 198, 0.75),
        ("construction", "verb_coordination", "neutral", 12, None),
    ]
    columns = ["grouping", "construction", "group", "pairs", "accuracy"]
    agreement = pd.concat([pd.DataFrame(groups, columns=columns).assign(model=model) for model in ("gru", "ngram")])
    perplexity = pd.DataFrame([{"model": m, "split": "test", "perplexity": 8.5} for m in ("ngram", "rnn", "gru")])
    page = render_page(replace(findings(), tables={"agreement": agreement, "perplexity": perplexity}))
    rows = read(page).rows
    start = rows.index(["between subject and verb", "pairs", "n-gram", "GRU"])
    assert rows[start + 1 : start + 5] == [
        ["simple", "396", "0.9000", "0.9000"],
        ["subject relative, 1 ≠", "198", "0.2500", "0.2500"],
        ["subject relative, 1 =", "198", "0.7500", "0.7500"],
        ["verb coordination, neutral", "12", "–", "–"],
    ]


def test_groups_of_pairs_stand_in_one_order(page: str) -> None:
    rows = [row[0] for row in read(page).rows if len(row) == 3]
    start = rows.index("between subject and verb")
    assert rows[start + 1 : start + 7] == ["no noun", "1 noun ≠", "last word ≠", "neutral", "1 noun =", "2 nouns ="]


def test_gradient_norms_of_trainings_and_jacobians_have_tables() -> None:
    measured = tables()
    norms = {"gradient_norm.percentile_50": 0.5, "gradient_norm.percentile_99": 1.25, "gradient_norm.largest": 8.5}
    clipping = {"gradient_norm.limit": 1.0, "gradient_norm.clipped_share": 0.375, **norms}
    measured["training"] = measured["training"].assign(**clipping)
    found = {"network": "lstm", "largest": 0.875, "median": 0.25, "share_above_1": 0.125}
    measured["jacobians"] = pd.DataFrame([{**found, "when": when} for when in ("before", "after")])
    rows = read(render_page(replace(findings(), tables=measured))).rows
    assert ["LSTM", "after training", "0.8750", "0.2500", "0.1250"] in rows
    assert ["LSTM", "0.5000", "1.250", "8.500", "1.000", "0.3750"] in rows


def test_models_stand_in_one_order_and_unknown_ones_under_their_own_names_at_the_end() -> None:
    names = ["transformer", "gru", "ngram", "lstm"]
    perplexity = pd.DataFrame([{"model": name, "split": "test", "perplexity": 8.5} for name in names])
    curves = pd.DataFrame([{"model": f"lm-{name}", "epoch": 1, "valid_perplexity": 9.5} for name in names])
    page = render_page(replace(findings(), tables={"perplexity": perplexity, "learning_curves": curves}))
    rows = [row[0] for row in read(page).rows if row[1:] == ["8.500"]]
    assert rows == ["n-gram", "GRU", "LSTM", "Transformer"]
    assert "n-gram from 9.5 to 9.5 at best; GRU from 9.5 to 9.5 at best; LSTM from" in page
    assert "#808080" in page and "#009E73" in page and "#0072B2" in page


def test_scores_that_are_whole_numbers_are_no_counts() -> None:
    answers = pd.DataFrame([{"task": "qa", "attention": "dot", "split": "test", "questions": 7, "exact_match": 1}])
    page = render_page(replace(findings(), tables={"answers": answers}))
    assert ["test", "dot attention", "1.000"] in read(page).rows
    assert ["qa", "dot", "test", "7", "1.000"] in read(page).rows


def test_studies_of_encoder_decoders_are_shown(page: str) -> None:
    assert ["GRU", "read backwards", "41.50", "0.9375", "0.6250"] in read(page).rows
    assert "Test BLEU by training pairs: random 30: 2, 3000: 51.5; word2vec 30: 10, 3000: 59.5" in page
    rows = read(page).rows
    assert rows.index(["16 units", "4.000"]) < rows.index(["128 units", "32.00"])


def test_a_block_that_studies_decide_says_so() -> None:
    sizes = {f"hidden_size_{units}": {"bleu": 2.0 * units, "by_source_length": {}} for units in (16, 32)}
    studies = {"bottleneck": {"by_hidden_size": sizes}}
    blocks = {
        block.partition('"')[0]: block
        for block in render_page(replace(findings(), studies=studies)).split('<article id="')[1:]
    }
    assert "in a study of its own (<code>studies/params.yaml</code>)" in blocks["vector-size"]
    assert "in a study of its own" not in blocks["gated-encoders"]  # not tested
    assert "in a study of its own" not in blocks["bottleneck"]
