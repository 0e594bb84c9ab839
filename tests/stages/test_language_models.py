"""Stages ``ngram`` and ``lm`` on a language of four sentences of known probability."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firth.errors import FirthError
from firth.lm.kneser_ney import KneserNey
from firth.lm.module import nats_per_token
from firth.lm.networks import load
from firth.params.experiment import Params, load_params
from firth.params.lm import NETWORKS, LmOverrides
from firth.stages import lm, ngram
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace

SENTENCES = ["Dog runs", "Dogs run", "Dog near dogs runs", "Dogs near dog run"]
PROBABILITIES = np.array([3, 3, 1, 1]) / 8
TOKENS = ["<unk>", "<eos>", "dog", "dogs", "near", "run", "runs"]
AGREEMENT = """prefix\tcorrect\twrong\tdistractors\tcontrols
Dog\truns\trun\t0\t0
Dogs\trun\truns\t0\t0
Dog near dogs\truns\trun\t1\t0
Dogs near dog\trun\truns\t1\t0
"""
LM: dict[str, Any] = {
    "embedding_size": 16,
    "hidden_size": 16,
    "layers": 1,
    "dropout": 0.0,
    "batch_size": 8,
    "bptt_length": 12,
    "optimizer": "adam",
    "learning_rate": 0.05,
    "max_epochs": 12,
    "patience": 12,
}


def experiment(order: int = 2, **changes: Any) -> Params:
    params = load_params(Path(__file__).parents[2] / "presets" / "world.yaml")
    return params.model_copy(
        update={
            "threads": 1,
            "compute": params.compute.model_copy(update={"accelerator": "cpu"}),
            "ngram": params.ngram.model_copy(update={"order": order}),
            "lm": params.lm.model_copy(update={**LM, **changes}),
            "lm_overrides": LmOverrides.model_validate({network: {} for network in NETWORKS}),
        }
    )


def workspace_at(root: Path, *, world: bool = True, unknown: str = "") -> Workspace:
    workspace = Workspace(root)
    raw, tokens = workspace.raw("lm"), workspace.tokens("lm")
    (raw / "log_probabilities").mkdir(parents=True)
    tokens.mkdir(parents=True)
    (raw / "corpus.json").write_text(json.dumps({"name": "four", "tokenized": False, "world": world}))
    (raw / "agreement.tsv").write_text(AGREEMENT)
    vocabulary = Vocabulary(TOKENS, [0, 300, 1, 1, 1, 1, 1])
    vocabulary.save(tokens / "vocabulary.tsv")
    generator = np.random.default_rng(0)
    for split, count in (("train", 300), ("valid", 40), ("test", 60)):
        choices = generator.choice(4, count, p=PROBABILITIES)
        sentences = [SENTENCES[choice].lower().split() for choice in choices]
        ids = [vocabulary.id(word if word != unknown else "?") for words in sentences for word in words]
        offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
        TokenStream(np.array(ids, np.uint16), offsets).save(tokens, split)
        np.save(raw / "log_probabilities" / f"{split}.npy", np.log(PROBABILITIES[choices]))
    return workspace


def metrics_of(workspace: Workspace, run: str) -> dict[str, Any]:
    return json.loads(workspace.metrics(run).read_text(encoding="utf-8"))


def floor_of(workspace: Workspace, split: str) -> float:
    """The floor from the sentences' lengths: those of two words have probability 3/8, those of four 1/8."""
    lengths = np.diff(TokenStream.load(workspace.tokens("lm"), split).offsets)
    nats = np.where(lengths == 2, math.log(8 / 3), math.log(8))
    return math.exp(nats.sum() / (lengths + 1).sum())


def test_ngram_reports_perplexity_floor_and_that_a_bigram_cannot_look_past_a_distractor(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    ngram.run(experiment(order=2), workspace)
    metrics = metrics_of(workspace, "ngram")
    model = KneserNey.load(workspace.model("ngram"))
    for split in ("valid", "test"):
        scores = model.log_probabilities(TokenStream.load(workspace.tokens("lm"), split))
        assert metrics[split]["perplexity"] == pytest.approx(math.exp(-scores.mean()), rel=1e-5)
        ratio = metrics[split]["perplexity"] / floor_of(workspace, split)
        assert metrics[split]["perplexity_over_floor"] == pytest.approx(ratio, rel=1e-5)
    assert metrics["agreement"] == {"distractors_0": 1.0, "distractors_1": 0.0}
    ngram.run(experiment(order=4), workspace)
    assert metrics_of(workspace, "ngram")["agreement"] == {"distractors_0": 1.0, "distractors_1": 1.0}
    assert metrics_of(workspace, "ngram")["test"]["perplexity_over_floor"] == pytest.approx(1, abs=0.05)


def test_lm_learns_the_language_and_its_outputs_belong_together(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    lm.run(experiment(), workspace, "gru")
    metrics = metrics_of(workspace, "lm-gru")
    network = load(workspace.model("lm-gru"))
    for split in ("valid", "test"):
        text = TokenStream.load(workspace.tokens("lm"), split).with_sentence_ends()
        assert metrics[split]["perplexity"] == pytest.approx(math.exp(nats_per_token(network, text)), rel=1e-5)
        ratio = metrics[split]["perplexity"] / floor_of(workspace, split)
        assert metrics[split]["perplexity_over_floor"] == pytest.approx(ratio, rel=1e-5)
        assert 0.98 < ratio < 1.1
    assert metrics["agreement"] == {"distractors_0": 1.0, "distractors_1": 1.0}
    assert metrics["parameters"] == 7 * 16 + 7 + 3 * (2 * 16 * 16 + 2 * 16)
    with workspace.plot("lm-gru").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == [str(epoch) for epoch in range(1, metrics["epochs"] + 1)]
    losses = [float(row["valid_loss"]) for row in rows]
    assert metrics["best_epoch"] == losses.index(min(losses)) + 1
    assert float(rows[0]["valid_perplexity"]) == pytest.approx(math.exp(losses[0]), rel=1e-4)


def test_a_feed_forward_network_agrees_as_far_as_it_can_see(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    for context_size, expected in ((1, 0.0), (2, 1.0)):  # "dogs" is mostly followed by "run", "near dogs" never
        lm.run(experiment(context_size=context_size), workspace, "feedforward")
        metrics = metrics_of(workspace, "lm-feedforward")
        assert metrics["agreement"] == {"distractors_0": 1.0, "distractors_1": expected}
        assert metrics["parameters"] == 7 * 16 + 7 + context_size * 16 * 16 + 16
        assert (metrics["test"]["perplexity_over_floor"] < 1.1) == (context_size == 2)


def test_the_same_experiment_gives_the_same_bytes(tmp_path: Path) -> None:
    outputs = []
    for folder in ("first", "second"):
        workspace = workspace_at(tmp_path / folder)
        ngram.run(experiment(), workspace)
        lm.run(experiment(max_epochs=1, dropout=0.2), workspace, "lstm")
        files = [
            *sorted(workspace.model("ngram").iterdir()),
            *sorted(workspace.model("lm-lstm").iterdir()),
            workspace.plot("lm-lstm"),
            workspace.metrics("lm-lstm"),
            workspace.metrics("ngram"),
        ]
        outputs.append({path.name + path.parent.name: path.read_bytes() for path in files})
    assert outputs[0] == outputs[1]


def test_text_with_unknown_words_has_no_floor_and_other_text_neither_floor_nor_agreement(tmp_path: Path) -> None:
    with_unknown = workspace_at(tmp_path / "unknown", unknown="near")
    ngram.run(experiment(), with_unknown)
    test = metrics_of(with_unknown, "ngram")["test"]
    assert test["perplexity_over_floor"] is None
    assert "<unk>" in test["no_floor"]
    other = workspace_at(tmp_path / "other", world=False)
    ngram.run(experiment(), other)
    lm.run(experiment(max_epochs=1), other, "rnn")
    for run in ("ngram", "lm-rnn"):
        assert list(metrics_of(other, run)["test"]) == ["perplexity"]
        assert "agreement" not in metrics_of(other, run)


def test_embeddings_start_from_word_vectors_where_the_vocabulary_has_them(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    with pytest.raises(FirthError, match=r"vectors\.txt: not there yet"):
        lm.run(experiment(initial_embeddings="svd"), workspace, "rnn")
    workspace.model("svd").mkdir(parents=True)
    (workspace.model("svd") / "vectors.txt").write_text("2 16\ndog " + "1 -1 " * 8 + "\ncat " + "2 0 " * 8 + "\n")
    lm.run(experiment(initial_embeddings="svd", max_epochs=1), workspace, "rnn")
    assert metrics_of(workspace, "lm-rnn")["initial_embeddings_covered"] == pytest.approx(1 / 7, rel=1e-5)
