"""Sizes that would fill any memory are refused; the largest that are allowed are accepted."""

import re
from functools import reduce
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from firth.errors import FirthError
from firth.params.experiment import load_params, validated
from firth.params.memory_limits import (
    MOST_TOKENS,
    MOST_WEIGHTS,
    encoder_decoder_weights,
    language_model_weights,
    word_vector_weights,
)
from firth.params.model_names import NETWORKS, Network
from firth.params.params_text import MOST_BYTES
from firth.params.task_names import TASKS

ROOT = Path(__file__).parents[2]
LIMITS = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8").partition("## Limits")[2].partition("\n## ")[0]
UNTIED = {"tied_embeddings": False, "direct_connections": False}


def fault(changes: dict[str, Any]) -> str:
    """What is said of the committed params with some values changed; empty if they are accepted."""
    content = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for key, value in changes.items():
        *sections, name = key.split(".")
        reduce(dict.__getitem__, sections, content)[name] = value
    try:
        validated(content, "params.yaml")
    except FirthError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lm_overrides.gru": {"layers": 63, "hidden_size": 4000}}, "lm (for gru): up to 1,01"),
        ({"lm_overrides.gru": {"layers": 63, "hidden_size": 4000}}, "in layers: layers × the square of the larger"),
        ({"seq2seq_overrides.dot": {"layers": 4, "embedding_size": 16000}}, "seq2seq (for translation with attention"),
        ({"tokens.lm.max_size": 1_000_000, "lm.embedding_size": 1001}, "tokens.lm.max_size × embedding_size = 1,001,0"),
        ({"lm_overrides.lstm": {"hidden_size": 12_000, "tied_embeddings": False}, "tokens.lm.max_size": 100_000},
         "1,356,800,000 weights, most of them in output layer: tokens.lm.max_size × hidden_size = 1,200,000,000"),
        ({"lm_overrides.feedforward": {"context_size": 1000, "embedding_size": 2000, "hidden_size": 600}},
         "most of them in first layer: context_size × embedding_size × hidden_size = 1,200,000,000"),
        ({"tokens.translation.vocabulary_size": 1_000_000, "seq2seq.embedding_size": 500},
         "2 × tokens.translation.vocabulary_size × embedding_size = 1,000,000,000"),
        ({"tokens.qa.max_size": 1_000_000, "seq2seq_overrides.qa": {"embedding_size": 500}}, "seq2seq (for qa"),
        ({"tokens.embeddings.max_size": 1_000_000, "word2vec.dimension": 501}, "word2vec: up to 1,002,000,000 weights"),
        ({"tokens.embeddings.max_size": 1_000_000, "svd.dimension": 1001}, "svd: up to 1,001,000,000 weights"),
        ({"lm.batch_size": 1000, "lm.bptt_length": 1001}, "lm.batch_size (for feedforward) = 1000: times bptt_length"),
    ],
)  # fmt: skip
def test_sizes_that_would_fill_any_memory_are_refused_in_one_line(changes: dict[str, Any], words: str) -> None:
    said = fault(changes)
    assert said.startswith("params.yaml: ")
    assert words in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"tokens.embeddings.max_size": 1_000_000, "word2vec.dimension": 500, "svd.dimension": 1000},
        {"lm.batch_size": 1000, "lm.bptt_length": 1000},
        {"tokens.lm.max_size": 1_000_000, "tokens.qa.max_size": 1_000_000},
    ],
)
def test_the_largest_sizes_are_accepted(changes: dict[str, Any]) -> None:
    assert fault(changes) == ""


@pytest.mark.parametrize(
    ("network", "changes", "expected"),
    [
        ("rnn", UNTIED, [2 * 7 * 7, 10 * 5, 10 * 7]),
        ("rnn", {"tied_embeddings": True}, [2 * 7 * 7, 10 * 5, 7 * 5]),
        ("transformer", UNTIED, [2 * 7 * 7, 10 * 5, 10 * 5]),
        ("feedforward", UNTIED, [2 * 7 * 7, 10 * 5, 3 * 5 * 7, 10 * 7]),
        ("feedforward", {**UNTIED, "direct_connections": True}, [2 * 7 * 7, 10 * 5, 3 * 5 * 7, 10 * (7 + 3 * 5)]),
    ],
)
def test_the_weights_of_a_language_model_are_those_of_its_matrices(
    network: Network, changes: dict[str, Any], expected: list[int]
) -> None:
    sizes = {"layers": 2, "embedding_size": 5, "hidden_size": 7, "context_size": 3}
    lm = load_params(ROOT / "params.yaml").lm.model_copy(update={**sizes, **changes})
    assert list(language_model_weights(network, lm, 10).values()) == expected


def test_an_encoder_decoder_has_embeddings_of_both_sides() -> None:
    params = load_params(ROOT / "params.yaml")
    section = params.seq2seq.model_copy(update={"layers": 2, "embedding_size": 5, "hidden_size": 7})
    size = params.tokens.qa.max_size
    assert list(encoder_decoder_weights("qa", section, params.tokens).values()) == [2 * 7 * 7, 2 * size * 5]


def test_the_documentation_has_the_limits() -> None:
    assert f"A network may have {MOST_WEIGHTS:,} weights" in LIMITS
    assert f"A training step of a language model may have {MOST_TOKENS:,} tokens" in LIMITS
    assert f"and `params.yaml` {MOST_BYTES:,}\nbytes" in LIMITS


def test_the_documentation_has_the_formulas_that_weights_are_counted_by() -> None:
    params = load_params(ROOT / "params.yaml")
    models = [
        language_model_weights(
            name, params.lm.model_copy(update={"tied_embeddings": tied, "direct_connections": direct}), 1
        )
        for name, tied, direct in product(NETWORKS, (False, True), (False, True))
    ]
    models += [encoder_decoder_weights(task, params.seq2seq, params.tokens) for task in TASKS]
    models += word_vector_weights(params).values()
    formulas = {part.partition(": ")[2] for weights in models for part in weights}
    rows = re.findall(r"^\| .* \| (.* × .*) \|$", LIMITS.replace("`", ""), re.MULTILINE)
    assert {formula for row in rows for formula in row.split("; with tied embeddings, ")} == formulas
