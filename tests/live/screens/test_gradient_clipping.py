"""The recorded trainings of the study of clipping on the screen."""

from pathlib import Path

import pytest
from live.recorded_trainings import add_trainings

from firth.errors import FirthError
from firth.live.opened_models import OpenedModels
from firth.live.screens.gradient_clipping import answer
from firth.workspace import Workspace


@pytest.fixture
def study(tmp_path: Path) -> Workspace:
    add_trainings(Workspace(tmp_path))
    return Workspace(tmp_path)


def test_both_trainings_at_a_learning_rate_are_those_recorded(study: Workspace) -> None:
    found = answer(OpenedModels(study), {"rate": "4"})
    clipped, unclipped = found["trainings"]
    assert clipped == {
        "clipping": "clipped",
        "steps": [10, 20],
        "losses": [6.0, 3.5],
        "norms": [2.0, 0.75],
        "diverged_at": None,
        "perplexity": 30.5,
    }
    assert (unclipped["steps"], unclipped["diverged_at"], unclipped["perplexity"]) == ([10], 12, None)


def test_all_charts_have_one_scale(study: Workspace) -> None:
    for rate in ("0.5", "4"):
        found = answer(OpenedModels(study), {"rate": rate})
        assert (found["steps"], found["least"], found["limit"]) == (20, {"losses": 3.5, "norms": 0.5}, 0.25)


def test_the_lowest_learning_rate_comes_first(study: Workspace) -> None:
    found = answer(OpenedModels(study), {})
    assert (found["rates"], found["rate"]) == (["0.5", "4"], "0.5")


def test_one_training_that_is_not_recorded_leaves_the_other(study: Workspace) -> None:
    study.study_plot("clipping-clipped").unlink()
    clipped, unclipped = answer(OpenedModels(study), {})["trainings"]
    assert "`make studies`" in clipped["error"]
    assert unclipped["losses"] == [6.5, 3.75]


def test_a_study_that_is_recorded_again_is_read_again(study: Workspace) -> None:
    models = OpenedModels(study)
    answer(models, {})
    plot = study.study_plot("clipping-unclipped")
    plot.write_text(plot.read_text().replace("6.5", "6.125"))
    assert answer(models, {})["trainings"][1]["losses"] == [6.125, 3.75]


def test_without_the_study_the_screen_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match=r"make studies"):
        answer(OpenedModels(Workspace(tmp_path)), {})


def test_an_unknown_learning_rate_names_those_there_are(study: Workspace) -> None:
    with pytest.raises(FirthError, match=r"no such learning rate; choose from 0\.5, 4"):
        answer(OpenedModels(study), {"rate": "3"})


def test_a_damaged_study_is_one_line(study: Workspace) -> None:
    for clipping in ("clipped", "unclipped"):
        study.study_metrics(f"clipping-{clipping}").write_text('{"by_learning_rate": 3}')
    with pytest.raises(FirthError, match="damaged"):
        answer(OpenedModels(study), {})
