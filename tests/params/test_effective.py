"""Each stage item gets the settings that it uses, overrides applied, and no others."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from firth.errors import FirthError
from firth.params.effective import effective_settings
from firth.params.experiment import Params, load_params
from firth.params.pipeline_items import pipeline_items

ROOT = Path(__file__).parents[2]


def settings(**changes: Any) -> dict[str, dict[str, Any]]:
    """Of the built-in experiment, with keys of sections changed."""
    content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for section, keys in changes.items():
        if isinstance(keys, dict):
            content[section] |= keys
        else:
            content[section] = keys
    return effective_settings(Params.model_validate(content), pipeline_items(ROOT))


def changed_items(**changes: Any) -> set[str]:
    before, after = settings(), settings(**changes)
    return {item for item in before.keys() | after.keys() if before.get(item) != after.get(item)}


REPORT = {"report"}  # which shows all settings
LM = {"lm-feedforward", "lm-rnn", "lm-gru", "lm-lstm"}
GRADIENTS = {"gradients-rnn", "gradients-gru", "gradients-lstm"}


@pytest.mark.parametrize(
    ("changes", "stale"),
    [
        ({"lm": {"max_epochs": 9}}, set()),  # every network overrides it
        ({"lm": {"hidden_size": 64}}, LM | GRADIENTS),
        ({"lm": {"context_size": 3}}, {"lm-feedforward"}),
        ({"lm": {"weight_dropout": 0.1}}, LM - {"lm-feedforward"} | GRADIENTS),
        ({"lm_overrides": {"gru": {"max_epochs": 5}}}, {"lm-gru", "gradients-gru"}),
        ({"world": {"lm": {"sentences": 900, "max_depth": 3}}}, {"download-lm"}),
        ({"world": {"lm": {"sentences": 70000, "max_depth": 2}}},
         {"download-lm", "evaluate_lm-ngram"} | {f"evaluate_{network}" for network in LM}),
        ({"ngram": {"order": 2}}, {"ngram"}),
        ({"ngram": {"largest_order": 4}}, {"evaluate_lm-ngram"}),
        ({"lm": {"dynamic_evaluation": {"learning_rate": 0.1, "decay": 0.1, "segment_length": 5}}},
         {f"evaluate_{network.replace('-', '-')}" for network in LM}),
        ({"seq2seq": {"beam_size": 5}},
         {f"{stage}-{task}-{attention}" for stage in ("evaluate_seq2seq", "saliency")
          for task in ("translation", "qa") for attention in ("none", "dot")}),
        ({"evaluation": {"gold_sets": ["men"]}},
         {"download-embeddings", "evaluate_vectors-counts", "evaluate_vectors-svd", "evaluate_vectors-word2vec"}),
        ({"report": {"words": ["cat"]}}, {f"evaluate_vectors-{space}" for space in ("counts", "svd", "word2vec")}),
        ({"cooccurrence": {"context_window": 2}}, {"cooccurrence", "evaluate_vectors-counts"}),
        ({"compute": {"accelerator": "cpu"}}, set()),
        ({"word2vec": {"epochs": 9}}, {"word2vec"}),
        ({"repeat": 1}, {"word2vec"} | LM | GRADIENTS |
         {f"seq2seq-{task}-{attention}" for task in ("translation", "qa") for attention in ("none", "dot")}),
    ],
)  # fmt: skip
def test_a_changed_value_concerns_the_items_that_use_it(changes: dict[str, Any], stale: set[str]) -> None:
    assert changed_items(**changes) - REPORT == stale


def test_repeats_train_with_seeds_of_their_own_and_the_first_training_with_the_seed() -> None:
    found = {repeat: settings(repeat=repeat) for repeat in range(20)}
    assert {items["download-lm"]["seed"] for items in found.values()} == {1}
    seeds = [items["lm-lstm"]["seed"] for items in found.values()]
    assert seeds[0] == 1 and len(set(seeds)) == 20
    for items in found.values():  # gradients are measured before training as well, in the network that is trained
        assert items["gradients-lstm"]["seed"] == items["lm-lstm"]["seed"] == items["seq2seq-qa-dot"]["seed"]
    assert settings(seed=2, repeat=1)["lm-lstm"]["seed"] not in seeds


def test_the_lists_of_models_decide_which_items_there_are() -> None:
    models = {"networks": ["lstm"], "recurrent_networks": [], "language_models": ["ngram"], "attentions": ["dot"]}
    items = settings(models={**models, "tasks": ["qa"]})
    assert [item for item in items if item.startswith(("lm", "gradients", "evaluate_lm", "seq2seq"))] == [
        "lm-lstm",
        "seq2seq-qa-dot",
        "evaluate_lm-ngram",
    ]
    stages = {item.partition("-")[0] for item in settings(models={**models, "networks": [], "tasks": []})}
    assert stages & {"lm", "gradients", "seq2seq", "evaluate_seq2seq", "saliency"} == set()
    assert stages > {"ngram", "evaluate_lm", "headline", "report"}


def test_the_override_of_a_task_wins_over_that_of_an_attention() -> None:
    overrides = {"dot": {"hidden_size": 7, "layers": 2}, "qa": {"hidden_size": 9}}
    found = settings(seq2seq_overrides=overrides)["seq2seq-qa-dot"]["seq2seq"]
    assert (found["hidden_size"], found["layers"]) == (9, 2)


def test_the_seed_of_a_text_that_is_not_drawn_concerns_nobody() -> None:
    found = settings(corpora={"lm": {"source": "ptb"}})["download-lm"]
    assert found == {"source": {"source": "ptb"}}


def test_a_params_file_of_studies_without_its_section_is_refused() -> None:
    with pytest.raises(FirthError, match=r"params\.yaml: studies: missing"):
        effective_settings(load_params(ROOT / "params.yaml"), pipeline_items(ROOT / "studies"))
