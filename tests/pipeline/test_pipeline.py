"""Real `dvc` commands on a small experiment: build, rebuild, compare, plot, share, interrupt."""

import csv
import json
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from pipeline.project import Project, change_params
from ruamel.yaml import YAML

from firth.report.readable import readable

UP_TO_DATE = "Data and pipelines are up to date."
FIGURES = {
    "language_model_curves",
    "encoder_decoder_curves",
    "agreement_by_attractors",
    "perplexity_over_source",
    "gradients_by_lag",
    "bleu_by_source_length",
}


def test_a_second_repro_rebuilds_nothing_and_leaves_git_clean(built: Project) -> None:
    assert UP_TO_DATE in built.run("dvc", "repro").stdout
    assert built.changed_files() == []


@pytest.mark.rebuild
def test_the_recorded_experiment_is_built_anew_elsewhere_by_other_threads_with_the_same_bytes(built: Project) -> None:
    threads = [f"{library}_NUM_THREADS=4" for library in ("OMP", "MKL", "OPENBLAS", "NUMBA", "RAYON")]
    outputs = [out for stage in recorded_stages(built).values() for out in stage.get("outs", [])]
    output = built.run("env", *threads, "firth", "verify", "--rebuild", "--jobs", "2").stdout
    assert f"{len(recorded_stages(built))} stages ran, 0 came from the run cache, 0 had not changed" in output
    assert f"built anew: same bytes, in all {len(outputs)} outputs and in every committed result" in output
    assert built.changed_files() == []


def recorded_stages(project: Project) -> dict[str, Any]:
    """What dvc.lock says of each stage."""
    stages: dict[str, Any] = YAML(typ="safe").load((project.root / "dvc.lock").read_text())["stages"]
    return stages


def test_no_output_holds_a_pickle_or_a_path_of_the_machine(small_build: Project) -> None:
    folders = ("models", "data", "evaluations", "reports", "settings", "code")
    paths = [path for folder in folders for path in small_build.root.glob(f"{folder}/**/*") if path.is_file()]
    assert paths
    for path in paths:
        content = path.read_bytes()
        assert str(small_build.root).encode() not in content, path
        assert not content.startswith(b"\x80\x04") and path.suffix not in {".pkl", ".pt", ".ckpt"}, path


def test_the_headline_is_the_only_metric_of_dvc_and_all_results_are_in_git(built: Project) -> None:
    shown = json.loads(built.run("dvc", "metrics", "show", "--json").stdout)[""]["data"]
    assert set(shown) == {"reports/headline.json"}
    assert 10 <= len(shown["reports/headline.json"]["data"]) <= 40
    tracked = set(built.run("git", "ls-files").stdout.splitlines())
    items = {path.stem for path in (built.root / "settings").iterdir()} - {"own_files"}
    assert tracked >= {f"settings/{item}.json" for item in items} | {f"code/{item}.txt" for item in items}
    assert tracked >= {f"reports/metrics/{item}.json" for item in items - {"check", "headline", "report"}}
    assert tracked >= {f"reports/plots/{figure}.csv" for figure in FIGURES}
    assert tracked >= {f"reports/details/{table}.csv" for table in ("perplexity", "agreement", "translation", "texts")}


def test_plots_show_the_six_figures_and_no_others(built: Project, tmp_path: Path) -> None:
    shown = json.loads(built.run("dvc", "plots", "show", "--json", "--out", str(tmp_path)).stdout)
    assert {Path(name).stem for name in shown["data"]} == FIGURES
    with (built.root / "reports" / "plots" / "language_model_curves.csv").open(encoding="utf-8") as file:
        assert len({row["model"] for row in csv.DictReader(file)}) == 2


def test_an_experiment_with_another_value_is_run_listed_and_compared(built: Project) -> None:
    built.run("dvc", "exp", "run", "--name", "narrow", "-S", "svd.dimension=4", "headline")
    changed = built.run("git", "diff", "--unified=0", "params.yaml").stdout.splitlines()
    assert [line.split()[:3] for line in changed if line.startswith("+ ")] == [["+", "dimension:", "4"]]
    assert (built.root / "models" / "svd" / "vectors.txt").read_text().split("\n")[0].split()[1] == "4"
    listed = built.run("dvc", "exp", "show", "--only-changed", "--no-pager").stdout
    assert "narrow" in listed
    assert max(map(len, listed.splitlines())) <= 120
    rows = built.run("dvc", "metrics", "diff", "--md").stdout.splitlines()[2:]
    assert rows
    assert all(row.startswith("| reports/headline.json | svd_") for row in rows if row)
    assert "svd.dimension" in built.run("firth", "compare").stdout


def test_moving_to_other_hardware_rebuilds_no_model(built: Project) -> None:
    built.change("compute", "accelerator", "cpu")
    assert built.repro() == ["check"]


@pytest.mark.parametrize("stage", ["word2vec", "lm lstm"])
def test_two_devices_come_close_to_one(stage: str, built: Project) -> None:
    folder = built.root / "models" / stage.replace(" ", "-")
    of_one = result(folder)
    shutil.rmtree(folder)
    built.change("compute", "devices", 2)
    built.run("firth", *stage.split())
    assert result(folder) == pytest.approx(of_one, rel=0.03)


def result(model: Path) -> float:
    """Training loss of word vectors, perplexity of a language model."""
    if model.name == "word2vec":
        return float(json.loads((model / "metrics.json").read_text())["train_loss"])
    with (model / "curve.csv").open(encoding="utf-8") as file:
        return min(float(row["valid_perplexity"]) for row in csv.DictReader(file))


def test_studies_are_a_project_of_their_own_whose_results_the_report_shows(built: Project) -> None:
    studies = Project(built.root / "studies", built.home)
    change_params(
        studies.root / "params.yaml", {"world": {"embeddings": {"sentences": 2000}}, "word2vec": {"epochs": 1}}
    )
    studies.run("dvc", "repro", "study_vectors@negative_sampling")
    assert UP_TO_DATE in studies.run("dvc", "status", "study_vectors@negative_sampling").stdout
    recorded = (studies.root / "dvc.lock").read_bytes()
    (built.root / "src" / "firth" / "__pycache__").mkdir(exist_ok=True)
    (built.root / "src" / "firth" / "__pycache__" / "compiled.pyc").touch()
    studies.run("dvc", "repro", "code")
    assert (studies.root / "dvc.lock").read_bytes() == recorded
    metrics = json.loads((built.root / "reports/studies/metrics/vectors-negative_sampling.json").read_text())
    assert built.repro() == ["report"]
    page = (built.root / "reports" / "index.html").read_text(encoding="utf-8")
    assert readable(metrics["operations_a_word"]) in page


def test_a_killed_stage_continues_from_its_checkpoint_and_ends_in_the_same_bytes(built: Project) -> None:
    weights = built.root / "models" / "lm-lstm" / "weights.safetensors"
    uninterrupted = weights.read_bytes()
    checkpoints = built.root / "checkpoints" / "lm-lstm"
    assert not list(checkpoints.glob("*/last.ckpt"))
    shutil.rmtree(built.root / "models" / "lm-lstm")
    process = subprocess.Popen(
        ["firth", "lm", "lstm"], cwd=built.root, env=built.environment, stderr=subprocess.DEVNULL
    )
    while not list(checkpoints.glob("*/last.ckpt")):
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (built.root / "models" / "lm-lstm").exists()
    built.run("firth", "lm", "lstm")
    assert weights.read_bytes() == uninterrupted
    assert built.changed_files() == []


def test_a_stage_that_fails_leaves_nothing_half_written(built: Project) -> None:
    lm = {"segmentation": "words", "lowercase": True, "min_count": 10**6, "max_size": 50000}
    built.change("tokens", "lm", lm)
    result = built.run("dvc", "repro", "tokenize@lm", check=False)
    assert result.returncode != 0
    assert "tokens.lm.min_count" in result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert not list((built.root / "data" / "tokens").glob("*lm*"))
