"""The studies' stages on a small world: metrics and curves belong together."""

import csv
import json
from pathlib import Path

import pytest

from firth.params.experiment import Params, load_params
from firth.params.studies import METHODS, Method
from firth.stages import download, study_softmax, study_vectors, tokenize
from firth.workspace import Workspace


@pytest.fixture
def params() -> Params:
    params = load_params(Path(__file__).parents[2] / "studies" / "params.yaml")
    world = params.world.embeddings.model_copy(update={"sentences": 3000})
    overrides = params.lm_overrides.feedforward.model_copy(update={"max_epochs": 2})
    return params.model_copy(
        update={
            "threads": 1,
            "compute": params.compute.model_copy(update={"accelerator": "cpu"}),
            "world": params.world.model_copy(update={"embeddings": world}),
            "lm_overrides": params.lm_overrides.model_copy(update={"feedforward": overrides}),
        }
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_curve_ends_where_the_metrics_say(tmp_path: Path, params: Params, method: Method) -> None:
    workspace = Workspace(tmp_path)
    download.run(params, workspace.studies, "embeddings")
    tokenize.run(params, workspace.studies, "embeddings")
    study_vectors.run(params, workspace, method)
    metrics = json.loads(workspace.study_metrics(f"vectors-{method}").read_text())
    with workspace.study_plot(f"vectors-{method}").open() as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    for row in rows:
        assert row["operations"] == pytest.approx(row["words"] * metrics["operations_a_word"], rel=1e-4)
    assert [row["words"] for row in rows] == sorted({row["words"] for row in rows})
    epochs = 2 if method == "feedforward" else params.word2vec.epochs
    assert (rows[-1]["epoch"], rows[-1]["class_recovery"]) == (epochs, metrics["class_recovery"])
    good = [row for row in rows if row["class_recovery"] >= study_vectors.EQUAL_QUALITY]
    assert metrics["equal_quality"]["words"] == (pytest.approx(good[0]["words"], rel=1e-4) if good else None)
    assert not (tmp_path / "reports" / "metrics").exists()


def test_costs_are_counted_for_every_method_and_vocabulary(
    tmp_path: Path, params: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_softmax, "VOCABULARY_SIZES", (200, 400))
    study_softmax.run(params, Workspace(tmp_path))
    costs = json.loads(Workspace(tmp_path).study_metrics("softmax").read_text())["operations_a_word"]
    hidden = params.lm_for("feedforward").hidden_size
    feed_forward = costs["feedforward"]
    difference = feed_forward["vocabulary_400"] - feed_forward["vocabulary_200"]
    assert difference == pytest.approx(200 * 3 * 2 * hidden, rel=0.01)
    assert costs["negative_sampling"]["vocabulary_400"] == pytest.approx(
        costs["negative_sampling"]["vocabulary_200"], rel=0.02
    )
