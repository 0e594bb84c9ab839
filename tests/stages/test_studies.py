"""The studies' stages on a small world: metrics and curves belong together."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stages.effective import settings_of

from firth.params.experiment import Params, load_params
from firth.params.initial_embeddings import INITIAL_EMBEDDINGS, InitialEmbeddings
from firth.params.study_names import CLIPPINGS, METHODS, READINGS, Method, Reading
from firth.stages import (
    download,
    study_bottleneck,
    study_clipping,
    study_embeddings,
    study_encoders,
    study_pairs,
    study_softmax,
    study_vectors,
    tokenize,
)
from firth.studies.clipping import StepCurve, train_until_divergence
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.training.trainer import Run
from firth.vectors.keyed_vectors import save_vectors
from firth.workspace import Workspace


@pytest.fixture
def params() -> Params:
    params = load_params(Path(__file__).parents[2] / "studies" / "params.yaml")
    worlds = {"embeddings": 3000, "lm": 600}
    world = {role: getattr(params.world, role).model_copy(update={"sentences": n}) for role, n in worlds.items()}
    small = {"embedding_size": 8, "hidden_size": 8, "max_epochs": 2}
    changes = {"feedforward": {"max_epochs": 2}, "rnn": small, "lstm": {**small, "batch_size": 4}}
    overrides = {name: getattr(params.lm_overrides, name).model_copy(update=new) for name, new in changes.items()}
    return params.model_copy(
        update={
            "threads": 1,
            "compute": params.compute.model_copy(update={"accelerator": "cpu"}),
            "world": params.world.model_copy(update=world),
            "lm_overrides": params.lm_overrides.model_copy(update=overrides),
        }
    )


def studying(params: Params, **values: Any) -> Params:
    """The experiment with other values for the studies to go through."""
    assert params.studies is not None
    return params.model_copy(update={"studies": params.studies.model_copy(update=values)})


@pytest.mark.parametrize("method", METHODS)
def test_a_curve_ends_where_the_metrics_say(tmp_path: Path, params: Params, method: Method) -> None:
    workspace = Workspace(tmp_path / "studies")
    download.run(settings_of(params, "download", "embeddings"), workspace, "embeddings")
    tokenize.run(settings_of(params, "tokenize", "embeddings"), workspace, "embeddings")
    study_vectors.run(settings_of(params, "study_vectors", method), workspace, method)
    metrics = json.loads(workspace.around.study_metrics(f"vectors-{method}").read_text())
    with workspace.around.study_plot(f"vectors-{method}").open() as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    for row in rows:
        assert row["operations"] == pytest.approx(row["words"] * metrics["operations_a_word"], rel=1e-4)
    assert [row["words"] for row in rows] == sorted({row["words"] for row in rows})
    epochs = 2 if method == "feedforward" else params.word2vec.epochs
    assert (rows[-1]["epoch"], rows[-1]["nearest_neighbor_accuracy"]) == (epochs, metrics["nearest_neighbor_accuracy"])
    good = [row for row in rows if row["nearest_neighbor_accuracy"] >= study_vectors.EQUAL_QUALITY]
    assert metrics["equal_quality"]["words"] == (pytest.approx(good[0]["words"], rel=1e-4) if good else None)
    assert not (tmp_path / "reports" / "metrics").exists()


def test_costs_are_counted_for_every_method_and_vocabulary(tmp_path: Path, params: Params) -> None:
    params = studying(params, vocabulary_sizes=[200, 400])
    workspace = Workspace(tmp_path / "studies")
    study_softmax.run(settings_of(params, "study_softmax"), workspace)
    costs = json.loads(workspace.around.study_metrics("softmax").read_text())["operations_a_word"]
    hidden = params.lm_for("feedforward").hidden_size
    feed_forward = costs["feedforward"]
    difference = feed_forward["vocabulary_400"] - feed_forward["vocabulary_200"]
    assert difference == pytest.approx(200 * 3 * 2 * hidden, rel=0.01)
    assert costs["negative_sampling"]["vocabulary_400"] == pytest.approx(
        costs["negative_sampling"]["vocabulary_200"], rel=0.02
    )


def language_model_text(root: Path, params: Params) -> Workspace:
    """A workspace whose studies have a text for language models."""
    workspace = Workspace(root / "studies")
    download.run(settings_of(params, "download", "lm"), workspace, "lm")
    tokenize.run(settings_of(params, "tokenize", "lm"), workspace, "lm")
    return workspace


def rows_of(path: Path) -> list[dict[str, float]]:
    with path.open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def test_clipped_trainings_end_where_those_without_diverge(tmp_path: Path, params: Params) -> None:
    params = studying(params, learning_rate_multiples=[0.5, 1000])
    workspace = language_model_text(tmp_path, params)
    results, curves = {}, {}
    for clipping in CLIPPINGS:
        study_clipping.run(settings_of(params, "study_clipping", clipping), workspace, clipping)
        name = f"clipping-{clipping}"
        results[clipping] = json.loads(workspace.around.study_metrics(name).read_text())
        curves[clipping] = rows_of(workspace.around.study_plot(name))
    rate = params.lm_for("rnn").learning_rate
    low, high = f"{rate / 2:g}", f"{rate * 1000:g}"
    assert (results["clipped"]["gradient_clip_norm"], results["unclipped"]["gradient_clip_norm"]) == (0.25, None)
    for clipping in CLIPPINGS:
        trained = results[clipping]["by_learning_rate"][low]
        assert trained["diverged_at_step"] is None and 1 < trained["valid_perplexity"] < 2000
    diverged = results["unclipped"]["by_learning_rate"][high]
    assert diverged["valid_perplexity"] is None and diverged["diverged_at_step"] > 1
    assert (diverged["clipped_share"], results["clipped"]["by_learning_rate"][low]["clipped_share"] > 0) == (0, True)
    slow = {name: [row for row in rows if row["learning_rate"] == rate / 2] for name, rows in curves.items()}
    assert [row["step"] for row in slow["clipped"]] == [row["step"] for row in slow["unclipped"]]
    largest = max(row["gradient_norm"] for row in slow["clipped"])
    assert largest == results["clipped"]["by_learning_rate"][low]["largest_gradient_norm"]


def test_an_interrupted_study_keeps_the_trainings_that_are_over(
    tmp_path: Path, params: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = studying(params, learning_rate_multiples=[0.5, 1, 1000])
    workspace = language_model_text(tmp_path, params)
    study_clipping.run(settings_of(params, "study_clipping", "unclipped"), workspace, "unclipped")
    outputs = [workspace.around.study_metrics("clipping-unclipped"), workspace.around.study_plot("clipping-unclipped")]
    whole = [path.read_bytes() for path in outputs]
    trained: list[str] = []

    def interrupted(model: Any, data: Any, run: Run) -> StepCurve:
        if len(trained) == 2:
            raise KeyboardInterrupt
        trained.append(run.name)
        return train_until_divergence(model, data, run)

    monkeypatch.setattr(study_clipping, "train_until_divergence", interrupted)
    with pytest.raises(KeyboardInterrupt):
        study_clipping.run(settings_of(params, "study_clipping", "unclipped"), workspace, "unclipped")
    kept = sorted(workspace.checkpoints("study-clipping-unclipped").rglob("last.ckpt"))
    times = [path.stat().st_mtime_ns for path in kept]
    assert [path.parent.name for path in kept] == ["0.5", "1"]

    def resumed(model: Any, data: Any, run: Run) -> StepCurve:
        curve = train_until_divergence(model, data, run)
        assert [path.stat().st_mtime_ns for path in kept] == times  # not trained again
        return curve

    monkeypatch.setattr(study_clipping, "train_until_divergence", resumed)
    study_clipping.run(settings_of(params, "study_clipping", "unclipped"), workspace, "unclipped")
    assert [path.read_bytes() for path in outputs] == whole


def test_networks_differ_in_their_initial_embeddings_alone(tmp_path: Path, params: Params) -> None:
    params = studying(params, text_shares=[1.0, 0.2])
    workspace = language_model_text(tmp_path, params)
    vocabulary = Vocabulary.load(workspace.tokens("lm") / "vocabulary.tsv")
    random = np.random.default_rng(0)
    for name in ("svd", "word2vec"):
        folder = workspace.model(name)
        folder.mkdir(parents=True)
        save_vectors(vocabulary.tokens[2:100], random.normal(size=(98, 8)).astype(np.float32), folder)
    text = len(TokenStream.load(workspace.tokens("lm"), "train").with_sentence_ends())
    first_losses = set()
    for initial in INITIAL_EMBEDDINGS:
        study_embeddings.run(settings_of(params, "study_embeddings", initial), workspace, initial)
        metrics = json.loads(workspace.around.study_metrics(f"embeddings-{initial}").read_text())
        rows = rows_of(workspace.around.study_plot(f"embeddings-{initial}"))
        covered = None if initial == "random" else pytest.approx(98 / len(vocabulary), rel=1e-4)
        assert metrics["initial_embeddings_covered"] == covered
        assert (metrics["share_1"]["training_tokens"], metrics["share_0.2"]["training_tokens"]) == (
            text,
            round(0.2 * text),
        )
        assert [(row["share"], row["epoch"]) for row in rows] == [(1.0, 1), (1.0, 2), (0.2, 1), (0.2, 2)]
        for part, share in (("share_1", 1.0), ("share_0.2", 0.2)):
            best = min((row for row in rows if row["share"] == share), key=lambda row: row["valid_perplexity"])
            assert best["epoch"] == metrics[part]["best_epoch"]
            # The curve reads the text in columns, the metric in one piece.
            assert metrics[part]["valid"]["perplexity"] == pytest.approx(best["valid_perplexity"], rel=0.05)
        first_losses.add(rows[0]["train_loss"])
    assert len(first_losses) == 3
    assert not (tmp_path / "checkpoints").exists() or not list((tmp_path / "checkpoints").rglob("*.ckpt"))


@pytest.fixture
def translations(tmp_path: Path, params: Params) -> tuple[Params, Workspace]:
    """A workspace whose studies have a few pairs, and params for small networks."""
    world = params.world.model_copy(
        update={"translation": params.world.translation.model_copy(update={"pairs": 600, "max_depth": 1})}
    )
    seq2seq = params.seq2seq.model_copy(update={"embedding_size": 8, "hidden_size": 16, "max_epochs": 1})
    small = params.model_copy(update={"world": world, "seq2seq": seq2seq})
    workspace = Workspace(tmp_path / "studies")
    download.run(settings_of(small, "download", "translation"), workspace, "translation")
    tokenize.run(settings_of(small, "tokenize", "translation"), workspace, "translation")
    return small, workspace


@pytest.mark.parametrize("reading", READINGS)
def test_encoders_are_compared_by_reading(translations: tuple[Params, Workspace], reading: Reading) -> None:
    params, workspace = translations
    study_encoders.run(settings_of(params, "study_encoders", "gru", reading), workspace, "gru", reading)
    metrics = json.loads(workspace.around.study_metrics(f"encoders-gru-{reading}").read_text())
    rows = rows_of(workspace.around.study_plot(f"encoders-gru-{reading}"))
    assert sum(group["sentences"] for group in metrics["by_source_length"].values()) == 100
    assert [row["source_position"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == metrics["source_length"]
    nearest = {"forward": False, "reversed": True}.get(reading)  # to the decoder: the first half?
    for when in ("before", "after"):
        found, column = metrics[when], f"norm_{when}"
        ends = [found["gradient_norm_first"], found["gradient_norm_last"]]
        assert ends == pytest.approx([rows[0][column], rows[-1][column]], rel=1e-3)
        if nearest is not None:
            assert (metrics[when]["first_half_share"] > 0.5) == nearest


def test_a_size_of_the_vector_is_a_training(translations: tuple[Params, Workspace]) -> None:
    params, workspace = translations
    params = studying(params, hidden_sizes=[4, 12])
    study_bottleneck.run(settings_of(params, "study_bottleneck"), workspace)
    found = json.loads(workspace.around.study_metrics("bottleneck").read_text())["by_hidden_size"]
    assert list(found) == ["hidden_size_4", "hidden_size_12"]
    assert all(0 <= values["bleu"] <= 100 for values in found.values())


@pytest.mark.parametrize("initial", ["random", "word2vec"])
def test_pairs_are_taken_from_the_beginning(
    translations: tuple[Params, Workspace], monkeypatch: pytest.MonkeyPatch, initial: InitialEmbeddings
) -> None:
    params, workspace = translations
    params = studying(params, pair_percentages=[10, 100])
    monkeypatch.setattr(study_pairs, "MOST_EPOCHS", 2)
    if initial != "random":
        workspace.model(initial).mkdir(parents=True)
        vectors = np.random.default_rng(0).normal(size=(2, params.word2vec.dimension))
        save_vectors(["the", "dog"], vectors, workspace.model(initial))
    study_pairs.run(settings_of(params, "study_pairs", initial), workspace, initial)
    found = json.loads(workspace.around.study_metrics(f"pairs-{initial}").read_text())
    assert {name: values["pairs"] for name, values in found.items()} == {"percent_10": 60, "percent_100": 600}
    assert all(0 <= values["bleu"] <= 100 for values in found.values())
