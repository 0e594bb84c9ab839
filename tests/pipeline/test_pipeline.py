"""Real `dvc` commands on a small experiment: build, rebuild, compare, plot, share, interrupt."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import reduce
from operator import getitem
from pathlib import Path

import pytest
from pipeline.project import Project, change_params

from firth.report.table import readable

UP_TO_DATE = "Data and pipelines are up to date."


def test_a_second_repro_rebuilds_nothing_and_leaves_git_clean(built: Project) -> None:
    assert UP_TO_DATE in built.run("dvc", "repro").stdout
    assert built.run("git", "status", "--porcelain").stdout == ""


def test_every_stage_run_again_gives_the_same_bytes(built: Project) -> None:
    built.run("dvc", "repro", "--force")
    assert built.run("git", "status", "--porcelain").stdout == ""


def test_no_output_holds_a_pickle_or_a_path_of_the_machine(built: Project) -> None:
    for path in [*built.root.glob("models/**/*"), *built.root.glob("data/**/*"), *built.root.glob("reports/**/*")]:
        if path.is_file():
            content = path.read_bytes()
            assert str(built.root).encode() not in content, path
            assert not content.startswith(b"\x80\x04") and path.suffix not in {".pkl", ".pt", ".ckpt"}, path


def test_metrics_are_shown_and_compared_between_commits(built: Project) -> None:
    shown = json.loads(built.run("dvc", "metrics", "show", "--json").stdout)[""]["data"]
    there = [*built.root.glob("reports/metrics/*.json"), *built.root.glob("reports/studies/metrics/*.json")]
    assert set(shown) == {str(path.relative_to(built.root)) for path in there}
    built.change("ngram", "order", 2)
    built.run("dvc", "repro", "ngram")
    changed = json.loads(built.run("dvc", "metrics", "diff", "--json").stdout)
    assert set(changed) == {"reports/metrics/ngram.json"}


def test_plots_show_the_four_networks_in_one_figure(built: Project, tmp_path: Path) -> None:
    built.run("dvc", "plots", "show", "--out", str(tmp_path / "plots"))
    page = (tmp_path / "plots" / "index.html").read_text(encoding="utf-8")
    for network in ("feedforward", "rnn", "gru", "lstm"):
        assert f"lm-{network}.csv" in page


def test_an_experiment_with_another_value_is_run_and_listed(built: Project) -> None:
    built.run("dvc", "exp", "run", "--name", "narrow", "-S", "lm.hidden_size=8")
    assert "narrow" in built.run("dvc", "exp", "list", "--all").stdout
    settings = json.loads((built.root / "models" / "lm-gru" / "settings.json").read_text())
    assert settings["params"]["hidden_size"] == 8


def test_a_teammate_pulls_and_finds_nothing_to_rebuild(built: Project, tmp_path: Path) -> None:
    built.run("dvc", "remote", "add", "--local", "--default", "shared", str(tmp_path / "remote"))
    built.run("dvc", "push")
    teammate = Project(tmp_path / "teammate", built.home)
    built.run("git", "clone", "--quiet", str(built.root), str(teammate.root))
    teammate.run("dvc", "remote", "add", "--local", "--default", "shared", str(tmp_path / "remote"))
    teammate.run("dvc", "pull")
    assert UP_TO_DATE in teammate.run("dvc", "status").stdout
    assert UP_TO_DATE in teammate.run("dvc", "repro").stdout
    assert (teammate.root / "reports" / "index.html").exists()


def test_moving_to_other_hardware_rebuilds_nothing(built: Project) -> None:
    built.change("compute", "accelerator", "cpu")
    assert UP_TO_DATE in built.run("dvc", "status").stdout


@pytest.mark.parametrize(
    ("stage", "measure"), [("word2vec", ["final_train_loss"]), ("lm gru", ["valid", "perplexity"])]
)
def test_two_devices_come_close_to_one(stage: str, measure: list[str], built: Project) -> None:
    metrics = built.root / "reports" / "metrics" / f"{stage.replace(' ', '-')}.json"
    built.change("word2vec", "batch_size", 128)  # devices exchange what they have learned at the end of each batch
    found = []
    for devices in (1, 2):
        built.change("compute", "devices", devices)
        built.run("firth", *stage.split())
        found.append(reduce(getitem, measure, json.loads(metrics.read_text())))
    assert found[1] == pytest.approx(found[0], rel=0.03)


def test_studies_are_a_project_of_their_own_whose_results_the_report_shows(built: Project) -> None:
    studies = Project(built.root / "studies", built.home)
    change_params(
        studies.root / "params.yaml", {"world": {"embeddings": {"sentences": 2000}}, "word2vec": {"epochs": 1}}
    )
    studies.run("dvc", "repro", "study_vectors@negative_sampling")
    assert UP_TO_DATE in studies.run("dvc", "status", "study_vectors@negative_sampling").stdout
    metrics = json.loads((built.root / "reports/studies/metrics/vectors-negative_sampling.json").read_text())
    assert "reports/studies" in (status := built.run("dvc", "status").stdout)
    assert {line for line in status.splitlines() if not line.startswith("\t")} == {"report:"}
    built.run("dvc", "repro")
    page = (built.root / "reports" / "index.html").read_text(encoding="utf-8")
    assert readable(metrics["operations_a_word"]) in page


def test_a_killed_stage_continues_from_its_checkpoint_and_ends_in_the_same_bytes(built: Project) -> None:
    weights = built.root / "models" / "lm-lstm" / "weights.safetensors"
    uninterrupted = weights.read_bytes()
    checkpoints = built.root / "checkpoints" / "lm-lstm"
    assert not list(checkpoints.glob("*/last.ckpt"))
    shutil.rmtree(built.root / "models" / "lm-lstm")
    process = subprocess.Popen(
        [sys.executable, "-c", "from firth.cli import main; main()", "lm", "lstm"],
        cwd=built.root,
        stderr=subprocess.DEVNULL,
    )
    while not list(checkpoints.glob("*/last.ckpt")):
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (built.root / "models" / "lm-lstm").exists()
    built.run("dvc", "repro", "lm@lstm")
    assert weights.read_bytes() == uninterrupted
    assert built.run("git", "status", "--porcelain").stdout == ""


def test_a_stage_that_fails_leaves_nothing_half_written(new_project: Callable[[], Project]) -> None:
    project = new_project()
    project.change("tokens", "lm", {"lowercase": True, "min_count": 10**6, "max_size": 50000})
    result = project.run("dvc", "repro", "tokenize@lm", check=False)
    assert result.returncode != 0
    assert "tokens.lm.min_count" in result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert not list((project.root / "data" / "tokens").glob("*lm*"))
    assert not (project.root / "reports" / "metrics" / "tokenize-lm.json").exists()
