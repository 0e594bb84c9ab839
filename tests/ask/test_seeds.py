"""``firth seeds``, with a measuring stage that reads ``repeat`` and trains nothing."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import yaml
from ask.asking import Ask
from repositories import commit, make_repository

from firth.ask import seeds
from firth.ask.seeds import measuring_items, print_seeds, spreads
from firth.ask.seeds_file import params_digest
from firth.ask.snapshots import params_of
from firth.errors import FirthError
from firth.git import git
from firth.params.models_params import ModelsParams

ROOT = Path(__file__).parents[2]
MODELS = {
    "networks": ["gru"],
    "recurrent_networks": [],
    "language_models": ["gru"],
    "tasks": ["translation", "qa"],
    "attentions": ["dot"],
}
MEASURE = """\
import json, pathlib, yaml
repeat = yaml.safe_load(open("params.yaml"))["repeat"]
folder = pathlib.Path("evaluations/evaluate_lm-gru")
folder.mkdir(parents=True)
numbers = {"test_perplexity": 10.0 + 3 * repeat, "valid_perplexity": 1.0, "agreement_one_attractor": None}
(folder / "metrics.json").write_text(json.dumps(numbers))
"""


@pytest.fixture
def experiment(folder: Path) -> Path:
    """The params of a GRU and encoder–decoders with attention."""
    content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8")) | {"models": MODELS}
    (folder / "params.yaml").write_text(yaml.safe_dump(content))
    (folder / "reports").mkdir()
    return folder


@pytest.fixture
def repository(experiment: Path) -> Path:
    """The experiment in a repository of DVC's, with one stage."""
    (experiment / "measure.py").write_text(MEASURE)
    stage = {
        "matrix": {"model": ["gru"]},
        "cmd": f"{sys.executable} measure.py",
        "params": ["repeat"],
        "outs": ["evaluations/evaluate_lm-${item.model}"],
    }
    (experiment / "dvc.yaml").write_text(yaml.safe_dump({"stages": {"evaluate_lm": stage}}))
    (experiment / ".dvc").mkdir()
    (experiment / ".dvc" / "config").touch()
    (experiment / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
    (experiment / ".gitignore").write_text("/evaluations\n")
    make_repository(experiment)
    commit(experiment)
    return experiment


@pytest.fixture
def author(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose commits DVC's experiments are."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "t")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "t@t")


def recorded(folder: Path) -> dict[str, dict[str, float]]:
    """The numbers of reports/seeds.json."""
    numbers: dict[str, dict[str, float]] = json.loads((folder / "reports/seeds.json").read_text())["numbers"]
    return numbers


def repeats_of(monkeypatch: pytest.MonkeyPatch, *numbers: dict[str, float]) -> None:
    """Have repeats give these numbers."""
    monkeypatch.setattr(seeds, "_repeat", lambda folder, repeat, items: numbers[repeat])


@pytest.mark.usefixtures("author")
def test_repeats_are_built_and_leave_their_spread_and_nothing_else(repository: Path, ask: Ask) -> None:
    own = f"refs/exps/12/{'3' * 38}/seeds-0"  # an experiment of a person's
    git(repository, "update-ref", own, "HEAD")
    status, rows, errors = ask("seeds", "lm@gru", "--count", "2")
    assert status == 0, errors
    assert recorded(repository) == {
        "lm_gru_test_perplexity": {"mean": 11.5, "standard_deviation": pytest.approx(4.5**0.5, rel=1e-5), "n": 2}
    }
    assert ["lm_gru_test_perplexity", "11.50", "2.12", "2", "±38.12"] in rows
    assert git(repository, "for-each-ref", "--format=%(refname)", "refs/exps").split() == [own]
    assert git(repository, "status", "--porcelain").split() == ["??", "reports/"]


def test_a_repeat_that_fails_is_one_line_and_writes_nothing(
    repository: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "dvc.yaml").write_text("stages: {evaluate_lm: {cmd: 'false', matrix: {model: [gru]}}}\n")
    status, _, errors = ask("seeds", "lm@gru")
    assert status == 2
    assert errors.splitlines()[-1].startswith("error: repeat 0 was not built")
    assert not (repository / "reports/seeds.json").exists()


@pytest.mark.usefixtures("author")
def test_a_signal_ends_dvc_and_its_stage_and_leaves_no_experiment(repository: Path) -> None:
    begun = repository / "begun"
    waiting = f"open({str(begun)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n"
    (repository / "measure.py").write_text(f"import os, time\n{waiting}")
    command = [sys.executable, "-c", "from firth.cli import main; main()", "seeds", "lm@gru"]
    with subprocess.Popen(command, cwd=repository, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        while not begun.exists() or not begun.read_text():
            assert process.poll() is None
            time.sleep(0.1)
        stage = psutil.Process(int(begun.read_text()))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert not stage.is_running()
    assert git(repository, "for-each-ref", "refs/exps") == ""
    assert list((repository / ".dvc/tmp/exps/standalone").glob("tmp*")) == []


def test_the_mean_and_the_standard_deviation_are_those_of_the_repeats_that_measured_a_number() -> None:
    found = spreads([{"a": 1.0, "b": 5.0}, {"a": 2.0}, {"a": 6.0, "b": 7.0, "c": 1.0}])
    assert found.keys() == {"a", "b"}
    assert found["a"] == pytest.approx((3, 7**0.5, 3))
    assert found["b"] == pytest.approx((6, 2**0.5, 2))


def test_numbers_of_other_trainings_stay_unless_the_params_are_others(
    experiment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repeats_of(monkeypatch, {"lm_gru_test_perplexity": 9.0}, {"lm_gru_test_perplexity": 11.0})
    print_seeds(experiment, ["lm@gru"], 2)
    repeats_of(monkeypatch, {"qa_dot_test_exact_match": 0.5}, {"qa_dot_test_exact_match": 0.7})
    print_seeds(experiment, ["seq2seq@qa-dot"], 2)
    assert recorded(experiment).keys() == {"lm_gru_test_perplexity", "qa_dot_test_exact_match"}
    path = experiment / "params.yaml"
    path.write_text(path.read_text().replace("seed: 1", "seed: 2"))
    print_seeds(experiment, ["seq2seq@qa-dot"], 2)
    assert recorded(experiment).keys() == {"qa_dot_test_exact_match"}


def test_the_trainings_of_an_experiment_and_what_measures_them() -> None:
    models = ModelsParams.model_validate(
        {"networks": ["rnn", "gru"], "recurrent_networks": ["gru"], "language_models": ["ngram", "gru"],
         "tasks": ["translation", "qa"], "attentions": ["dot"]}
    )  # fmt: skip
    assert [item.name for item in measuring_items(models, [])] == [
        "evaluate_vectors-word2vec",
        "evaluate_lm-gru",
        "gradients-gru",
        "evaluate_seq2seq-translation-dot",
        "evaluate_seq2seq-qa-dot",
    ]
    assert [item.name for item in measuring_items(models, ["lm@gru"])] == ["evaluate_lm-gru", "gradients-gru"]
    with pytest.raises(FirthError, match=r"lm@lstm: no training of this experiment; name some of word2vec, lm@rnn"):
        measuring_items(models, ["word2vec", "lm@lstm"])
    with pytest.raises(FirthError, match=r"lm@rnn: no headline number measures this training; name it in models\.lang"):
        measuring_items(models, ["word2vec", "lm@rnn"])


def test_params_are_others_if_they_decide_results() -> None:
    text = "seed: 1\nrepeat: 0\ncompute: {devices: 1}\nmodels: {tasks: [qa]}\nlm: {layers: 1}\nreport: {words: [a]}\n"
    changes = ("seed: 2", "repeat: 1", "devices: 2", "tasks: []", "layers: 2", "words: [b]", "layers: 1")
    digests = {}
    for change in changes:
        key = change.partition(":")[0]
        lines = ("seed: 1", "repeat: 0", "devices: 1", "tasks: [qa]", "layers: 1", "words: [a]")
        line = next(part for part in lines if key in part)
        digests[change] = params_digest(params_of(text.replace(line, change), ""))
    same = digests.pop("layers: 1")
    assert {change for change, digest in digests.items() if digest != same} == {"seed: 2", "layers: 2"}
    assert params_digest(params_of(text.replace("repeat: 0\n", ""), "")) == same  # of earlier commits


def test_outside_a_repository_an_error_is_one_line(experiment: Path) -> None:
    (experiment / ".git").write_text("gitdir: nowhere")  # whatever the folder above is
    with pytest.raises(FirthError, match="not a git repository") as caught:
        print_seeds(experiment, ["lm@gru"], 2)
    assert "\n" not in str(caught.value)
