"""Stage ``gradients`` on a language of four sentences."""

from pathlib import Path

import pytest
from stages.effective import settings_of
from stages.four_sentences import experiment, metrics_in, train_lm, workspace_at

from firth.errors import FirthError
from firth.params.cells import Cell
from firth.stages import gradients
from firth.tables import read_csv


@pytest.mark.parametrize("network", ["rnn", "gru", "lstm"])
def test_gradients_are_measured_before_and_after_training(tmp_path: Path, network: Cell) -> None:
    workspace, params = workspace_at(tmp_path), experiment(max_epochs=2)
    settings = settings_of(params, "gradients", network)
    with pytest.raises(FirthError, match=rf"lm-{network}: not there yet; build it with `dvc repro lm@{network}`"):
        gradients.run(settings, workspace, network)
    train_lm(params, workspace, network)
    gradients.run(settings, workspace, network)
    folder = workspace.evaluation(f"gradients-{network}")
    norms, jacobians = read_csv(folder / "gradients.csv"), read_csv(folder / "jacobians.csv").set_index("when")
    assert ("cell_norm_after" in norms) == (network == "lstm")
    assert list(norms["lag"]) == list(range(60))
    assert list(jacobians.index) == ["before", "after"]
    for when in jacobians.index:
        assert jacobians.at[when, "sum_equals_autograd"] == 1
        assert norms[f"share_{when}"][:21].sum() == pytest.approx(1, rel=1e-4)
        assert norms[f"share_{when}"][21:].isna().all()
    assert not jacobians.loc["before"].equals(jacobians.loc["after"])
    terms = read_csv(folder / "gradient_terms.csv")
    assert terms["when"].tolist() == ["before"] * 3 + ["after"] * 3  # of a sentence of four words
    assert terms["position"].tolist() == [3, 2, 1] * 2 and set(terms["target"]) <= {"run", "runs"}
    assert (terms["sum_equals_autograd"] == 1).all()
    assert (terms["norm"] > 0).all() and terms["norm"].nunique() == len(terms)
    column = "cell_norm_before" if network == "lstm" else "norm_before"
    ratio = norms[column][20] / norms[column][1]
    assert metrics_in(folder) == {"20_steps_back": pytest.approx(ratio, rel=1e-4)}
    assert norms["remaining_before"][20] == pytest.approx(ratio, rel=1e-4)
    assert not norms["within_sentence"].any()  # so short a text is measured wherever sixty tokens come before
