"""Stages ``ngram`` and ``lm`` on a language of four sentences of known probability."""

import csv
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lm.settings import all_dropouts

from firth.errors import FirthError
from firth.lm.evaluation import dynamic_nats_per_token, lead_in, nats_per_token
from firth.lm.kneser_ney import KneserNey, train_kneser_ney
from firth.lm.missing import COLUMNS
from firth.lm.networks import load
from firth.params.experiment import Params, load_params
from firth.params.lm import NETWORKS, Cell, DynamicEvaluation, LmOverrides
from firth.stages import gradients, lm, ngram
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace

SENTENCES = ["Dog runs", "Dogs run", "Dog near dogs runs", "Dogs near dog run"]
PROBABILITIES = np.array([3, 3, 1, 1]) / 8
TOKENS = ["<unk>", "<eos>", "dog", "dogs", "near", "run", "runs"]
OTHER_FORM = {"run": "runs", "runs": "run"}
SECOND_WORD = {
    "runs": 3 / 4,
    "run": 3 / 4,
    "near": 1 / 4,
}  # the first word is either noun, a third follows from the second
AGREEMENT = "prefix\tcorrect\twrong\tdistractors\tcontrols\tdistance\tadjacent\tneutral\n" + 10 * (
    "Dog\truns\trun\t0\t0\t0\t0\t0\n"
    "Dogs\trun\truns\t0\t0\t0\t0\t0\n"
    "Dog near dogs\truns\trun\t1\t0\t2\t1\t0\n"
    "Dogs near dog\trun\truns\t1\t0\t2\t1\t0\n"
)
LM: dict[str, Any] = {
    "embedding_size": 16,
    "hidden_size": 16,
    "layers": 1,
    "batch_size": 8,
    "bptt_length": 12,
    "optimizer": "adam",
    "learning_rate": 0.05,
    "max_epochs": 12,
    "patience": 12,
}


def experiment(order: Any = 2, **changes: Any) -> Params:
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


def workspace_at(root: Path, *, world: bool = True, unknown: str = "", language: str = "unknown") -> Workspace:
    workspace = Workspace(root)
    raw, tokens = workspace.raw("lm"), workspace.tokens("lm")
    (raw / "log_probabilities").mkdir(parents=True)
    tokens.mkdir(parents=True)
    (raw / "corpus.json").write_text(
        json.dumps({"name": "four", "language": language, "tokenized": False, "world": world})
    )
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
    (raw / "token_probabilities").mkdir()
    table = "".join(token_rows(SENTENCES[choice]) for choice in choices)
    (raw / "token_probabilities" / "test.tsv").write_text("\t".join(COLUMNS) + "\n" + table)
    return workspace


def token_rows(sentence: str) -> str:
    """Each token's category, probability and counterpart: two words are chosen, what follows them is certain."""
    words = sentence.split()
    probabilities = [1 / 2, SECOND_WORD[words[1]], *[1.0] * (len(words) - 1)]
    return "".join(
        f"{token}\t{'structure' if token in ('near', '<eos>') else 'selection'}\t{probability}"
        f"\t{OTHER_FORM.get(token, '')}\t0.0\n"
        for token, probability in zip([*words, "<eos>"], probabilities, strict=True)
    )


def metrics_of(workspace: Workspace, run: str) -> dict[str, Any]:
    return json.loads(workspace.metrics(run).read_text(encoding="utf-8"))


def agreement_of(without: float, across: float) -> dict[str, Any]:
    """The metrics of ten pairs a number, without a distractor and across one."""
    pairs = {"distractors_0": 20, "distractors_1": 20, "adjacent": 20, "by_distance": {"0": 20, "1-2": 20}}
    shares = {
        "distractors_0": without,
        "distractors_1": across,
        "adjacent": across,
        "by_distance": {"0": without, "1-2": across},
    }
    return {**shares, "pairs": pairs}


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
    missing = metrics["test"]["missing_nats"]
    logarithm = math.log(metrics["test"]["perplexity_over_floor"])
    assert sum(values["missing"] for values in missing.values()) == pytest.approx(logarithm, abs=1e-4)
    assert max(missing, key=lambda category: missing[category]["missing"]) == "agreement"
    assert missing["agreement"]["floor"] == 0
    assert metrics["agreement"] == agreement_of(1.0, 0.0)
    ngram.run(experiment(order=4), workspace)
    assert metrics_of(workspace, "ngram")["agreement"] == agreement_of(1.0, 1.0)
    assert metrics_of(workspace, "ngram")["test"]["perplexity_over_floor"] == pytest.approx(1, abs=0.05)
    assert metrics_of(workspace, "ngram")["test"]["missing_nats"]["agreement"]["missing"] < 0.01


def test_ngram_measures_every_order_as_if_it_were_the_only_one(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    ngram.run(experiment(order=2), workspace)
    metrics = metrics_of(workspace, "ngram")
    assert list(metrics["by_order"]) == ["1", "2", "3", "4", "5"]
    train, test = (TokenStream.load(workspace.tokens("lm"), split) for split in ("train", "test"))
    for order, values in metrics["by_order"].items():
        model = train_kneser_ney(train, len(TOKENS), int(order))
        assert values["size"] == model.size
        assert values["test"] == {"perplexity": pytest.approx(model.perplexity(test), rel=1e-5)}
    assert [values["agreement"]["distractors_1"] for values in metrics["by_order"].values()] == [0.5, 0, 1, 1, 1]
    for condition, share in metrics["by_order"]["2"]["agreement"].items():
        assert share == metrics["agreement"][condition]
    assert metrics["by_order"]["2"]["size"] == metrics["size"]


def test_ngram_measures_its_own_order_where_that_is_the_largest_even_if_no_sentence_is_as_long(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    ngram.run(experiment(order=7), workspace)
    by_order = metrics_of(workspace, "ngram")["by_order"]
    assert list(by_order) == ["1", "2", "3", "4", "5", "6", "7"]
    assert by_order["7"] == by_order["6"]  # four words, their beginning and their end
    assert by_order["6"]["size"] > by_order["5"]["size"]


def test_ngram_writes_the_model_in_the_arpa_format_too(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    ngram.run(experiment(order=2), workspace)
    model = KneserNey.load(workspace.model("ngram"))
    text = (workspace.model("ngram") / "model.arpa").read_text(encoding="utf-8")
    assert text.startswith(f"\\data\\\nngram 1=8\nngram 2={model.size - 8}\n")
    logarithms = {words: float(value) for value, words in re.findall(r"^(\S+)\t([^\t\n]+)", text, re.MULTILINE)}
    assert 10 ** logarithms["near dog"] == pytest.approx(model.distribution([TOKENS.index("near")])[2], rel=1e-6)


def test_lm_learns_the_language_and_its_outputs_belong_together(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    lm.run(experiment(), workspace, "gru")
    metrics = metrics_of(workspace, "lm-gru")
    network = load(workspace.model("lm-gru"))
    assert network.lead_in == lead_in(TokenStream.load(workspace.tokens("lm"), "train").with_sentence_ends())
    for split in ("valid", "test"):
        text = TokenStream.load(workspace.tokens("lm"), split).with_sentence_ends()
        assert metrics[split]["perplexity"] == pytest.approx(math.exp(nats_per_token(network, text)), rel=1e-5)
        ratio = metrics[split]["perplexity"] / floor_of(workspace, split)
        assert metrics[split]["perplexity_over_floor"] == pytest.approx(ratio, rel=1e-5)
        assert 0.98 < ratio < 1.1
    assert metrics["agreement"] == agreement_of(1.0, 1.0)
    assert metrics["parameters"] == 7 * 16 + 7 + 3 * (2 * 16 * 16 + 2 * 16)
    missing = sum(nats["missing"] for nats in metrics["test"]["missing_nats"].values())
    assert missing == pytest.approx(math.log(metrics["test"]["perplexity_over_floor"]), abs=1e-4)
    assert 0 <= metrics["gradient_norm"]["clipped_share"] <= 1
    with workspace.plot("lm-gru").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == [str(epoch) for epoch in range(1, metrics["epochs"] + 1)]
    losses = [float(row["valid_loss"]) for row in rows]
    assert metrics["best_epoch"] == losses.index(min(losses)) + 1
    assert float(rows[0]["valid_perplexity"]) == pytest.approx(math.exp(losses[0]), rel=1e-4)


def test_dynamic_evaluation_is_a_perplexity_of_its_own_beside_the_other(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    dynamic = DynamicEvaluation(learning_rate=0.0001, decay=0.02, segment_length=5)
    lm.run(experiment(max_epochs=1), workspace, "lstm")
    without = metrics_of(workspace, "lm-lstm")
    lm.run(experiment(max_epochs=1, dynamic_evaluation=dynamic), workspace, "lstm")
    metrics = metrics_of(workspace, "lm-lstm")
    train = TokenStream.load(workspace.tokens("lm"), "train").with_sentence_ends()
    for split in ("valid", "test"):
        text = TokenStream.load(workspace.tokens("lm"), split).with_sentence_ends()
        nats = dynamic_nats_per_token(load(workspace.model("lm-lstm")), text, train, LM["batch_size"], dynamic)
        assert metrics[split].pop("dynamic_perplexity") == pytest.approx(math.exp(nats), rel=1e-5)
    assert metrics == without


def test_a_feed_forward_network_agrees_as_far_as_it_can_see(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    for context_size, expected in ((1, 0.0), (2, 1.0)):  # "dogs" is mostly followed by "run", "near dogs" never
        lm.run(experiment(context_size=context_size), workspace, "feedforward")
        metrics = metrics_of(workspace, "lm-feedforward")
        assert metrics["agreement"] == agreement_of(1.0, expected)
        assert metrics["parameters"] == 7 * 16 + 7 + context_size * 16 * 16 + 16
        assert (metrics["test"]["perplexity_over_floor"] < 1.1) == (context_size == 2)


def test_the_same_experiment_gives_the_same_bytes(tmp_path: Path) -> None:
    outputs = []
    for folder in ("first", "second"):
        workspace = workspace_at(tmp_path / folder)
        ngram.run(experiment(), workspace)
        lm.run(experiment(**{"max_epochs": 1, **all_dropouts(0.2)}), workspace, "lstm")
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
    assert "missing_nats" not in test
    other = workspace_at(tmp_path / "other", world=False)
    ngram.run(experiment(), other)
    lm.run(experiment(max_epochs=1), other, "rnn")
    for run in ("ngram", "lm-rnn"):
        assert list(metrics_of(other, run)["test"]) == ["perplexity"]
        assert "agreement" not in metrics_of(other, run)


def test_english_text_is_asked_about_pairs_of_its_own_words(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path / "english", world=False, language="en")
    ngram.run(experiment(), workspace)
    assert "agreement" not in metrics_of(workspace, "ngram")  # it has no word of the templates
    nouns = [("trader", "traders"), ("analyst", "analysts"), ("lawyer", "lawyers")]
    verbs = ["is", "are", "was", "were", "has", "have", "says", "say"]
    words = ["the", "that", "met", *(form for forms in nouns for form in forms), *verbs]
    vocabulary = Vocabulary(["<unk>", "<eos>", *words], [0, 300, *[1] * len(words)])
    vocabulary.save(workspace.tokens("lm") / "vocabulary.tsv")
    sentences = [["the", forms[number], ("is", "are")[number]] for forms in nouns for number in (0, 1)]
    for split in ("train", "valid", "test"):
        ids = vocabulary.encode(word for sentence in sentences for word in sentence)
        TokenStream(ids, np.arange(0, 19, 3)).save(workspace.tokens("lm"), split)
    ngram.run(experiment(order=3), workspace)
    found = metrics_of(workspace, "ngram")["agreement"]
    # Of four verbs one was seen, always next to its noun; between the forms of the others there is a tie.
    assert found["by_construction"] == {
        "simple": {"distractors_0": 0.625},
        "subject_relative": {"distractors_1": 0.375, "controls_1": 0.625},
        "object_relative": {"distractors_1": 0.5, "controls_1": 0.5},
        "object_relative_no_that": {"distractors_1": 0.5, "controls_1": 0.5},
    }
    assert found["pairs"]["by_construction"]["simple"] == {"distractors_0": 3 * 2 * 4}
    assert found["pairs"]["by_construction"]["object_relative"] == {"distractors_1": 48, "controls_1": 48}


def test_embeddings_start_from_word_vectors_where_the_vocabulary_has_them(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    with pytest.raises(FirthError, match=r"vectors\.txt: not there yet"):
        lm.run(experiment(initial_embeddings="svd"), workspace, "rnn")
    workspace.model("svd").mkdir(parents=True)
    (workspace.model("svd") / "vectors.txt").write_text("2 16\ndog " + "1 -1 " * 8 + "\ncat " + "2 0 " * 8 + "\n")
    lm.run(experiment(initial_embeddings="svd", max_epochs=1), workspace, "rnn")
    assert metrics_of(workspace, "lm-rnn")["initial_embeddings_covered"] == pytest.approx(1 / 7, rel=1e-5)


@pytest.mark.parametrize("network", ["rnn", "gru", "lstm"])
def test_gradients_are_measured_before_and_after_training(tmp_path: Path, network: Cell) -> None:
    workspace = workspace_at(tmp_path)
    with pytest.raises(FirthError, match=rf"lm-{network}: not there yet; build it with `dvc repro lm@{network}`"):
        gradients.run(experiment(), workspace, network)
    lm.run(experiment(max_epochs=2), workspace, network)
    gradients.run(experiment(max_epochs=2), workspace, network)
    metrics = metrics_of(workspace, f"gradients-{network}")
    with workspace.plot(f"gradients-{network}").open() as file:
        rows = list(csv.DictReader(file))
    assert ("cell_norm_after" in rows[0]) == (network == "lstm")
    assert [int(row["lag"]) for row in rows] == list(range(60))
    for when in ("before", "after"):
        assert metrics[when]["sum_equals_autograd"] is True
        assert float(rows[5][f"norm_{when}"]) == pytest.approx(metrics[when]["norm_by_lag"]["5"], rel=1e-5)
        assert sum(float(row[f"share_{when}"]) for row in rows[:21]) == pytest.approx(1, rel=1e-4)
    assert metrics["before"] != metrics["after"]
