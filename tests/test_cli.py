"""What a person reads on the command line when something is wrong: one line, exit status 2, no traceback."""

import errno
import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.main import get_group

from firth import cli, execute
from firth.ask.commands import questions
from firth.errors import FirthError
from firth.failures import is_fault
from firth.output_lock import output_lock
from firth.params.effective import effective_settings
from firth.params.experiment import load_params
from firth.params.pipeline_items import ARGUMENTS, Item
from firth.params.settings import as_text
from firth.process import fix_threads
from firth.workspace import Workspace, write_text

ROOT = Path(__file__).parents[1]


def firth(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from firth.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_folder_without_params_gets_one_line_and_status_2(tmp_path: Path) -> None:
    result = firth(tmp_path, "check")
    assert result.returncode == 2
    assert result.stderr == f"error: {tmp_path}/params.yaml: not found; `firth preset world` writes one\n"
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_params_yaml_does_not_list_is_named_before_its_settings_are_looked_for(tmp_path: Path) -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(text.replace("  - gru\n", ""), encoding="utf-8")
    result = firth(tmp_path, "lm", "gru")
    fault = "error: params.yaml: models.networks does not name gru; add it there, then run `firth repro`\n"
    assert (result.returncode, result.stderr) == (2, fault)


def test_checksums_are_not_written_for_one_role(tmp_path: Path) -> None:
    result = firth(tmp_path, "check", "--write", "--only", "lm")
    assert (result.returncode, result.stderr) == (2, "error: --write and --only are both given; give one of them\n")


def test_checksums_are_not_written_while_another_process_reads_or_writes_params(tmp_path: Path) -> None:
    own = "  embeddings: {path: own.txt}\n  lm: {source: world}\n"
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    text = text.replace("  embeddings: {source: world}\n  lm: {source: world}\n", own)
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "own.txt").write_text("a text\n")
    with output_lock(Workspace(tmp_path).lock("check"), "check"):
        result = firth(tmp_path, "check", "--write")
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: check: process {os.getpid()} on ")
    assert (tmp_path / "params.yaml").read_text(encoding="utf-8") == text
    assert "sha256 added" in firth(tmp_path, "check", "--write").stdout


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    assert firth(tmp_path, "--version").stdout == f"firth {version('firth')}\n"


def test_every_question_shows_an_example_that_its_command_takes() -> None:
    commands = get_group(questions).commands
    assert len(commands) == len(questions.registered_commands) > 10
    for name, command in commands.items():
        named, *arguments = shlex.split((command.help or "").split("\n")[0].partition(": firth ")[2])
        assert named == name
        command.make_context(name, arguments)  # refuses arguments that the command doesn't have, or lacks


def test_help_names_the_command_also_where_another_checkout_is_installed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "firth", "--help"]
    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "Usage: firth " in shown


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    assert "Traceback" in firth(tmp_path, "--debug", "check").stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_command_with_a_line_and_its_status(number: signal.Signals) -> None:
    waiting = "lambda prog_name: print('begun', flush=True) or time.sleep(60)"
    program = f"import time; from firth import cli; cli.app = {waiting}; cli.main()"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert errors == f"ended by {number.name}; run again to go on, a training from its last checkpoint\n"


def test_every_stage_of_the_pipelines_is_a_command() -> None:
    names = {command.name or command.callback.__name__ for command in cli.app.registered_commands if command.callback}
    assert names > {"code", *ARGUMENTS}


@pytest.mark.parametrize("stage", [["lm", "lstm"], ["headline"], ["study_pairs", "random"]])
def test_a_stage_without_its_digests_names_the_stage_that_writes_them(tmp_path: Path, stage: list[str]) -> None:
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    result = firth(tmp_path, *stage)
    path = tmp_path / "code" / f"{'-'.join(stage)}.txt"
    assert result.returncode == 2
    assert result.stderr == f"error: {path}: not there yet; build it with `dvc repro code`\n"
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


@pytest.mark.parametrize(
    ("stage", "missing"),
    [
        (["tokenize", "lm"], "download@lm"),
        (["cooccurrence"], "tokenize@embeddings"),
        (["svd"], "tokenize@embeddings"),
        (["word2vec"], "tokenize@embeddings"),
        (["ngram"], "tokenize@lm"),
        (["lm", "lstm"], "tokenize@lm"),
        (["seq2seq", "qa", "none"], "tokenize@qa"),
        (["evaluate_vectors", "svd"], "download@embeddings"),
        (["evaluate_lm", "ngram"], "download@lm"),
        (["evaluate_seq2seq", "qa", "none"], "tokenize@qa"),
        (["gradients", "rnn"], "tokenize@lm"),
        (["saliency", "translation", "none"], "tokenize@translation"),
        (["headline"], "dvc repro"),
        (["report"], "dvc repro"),
    ],
)
def test_a_stage_whose_input_is_not_built_names_the_stage_that_builds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: list[str], missing: str
) -> None:
    monkeypatch.setattr(execute, "fix_threads", lambda threads: None)  # it sets what libraries read at import
    monkeypatch.setattr(execute, "use_huge_pages", lambda: None)
    workspace, item = Workspace(tmp_path), Item(stage[0], tuple(stage[1:]))
    workspace.params.write_bytes((ROOT / "params.yaml").read_bytes())
    params = load_params(workspace.params)
    values = effective_settings(params, [item])[item.name]
    write_text(workspace.settings / f"{item.name}.json", as_text(values))
    write_text(workspace.code / f"{item.name}.txt", "")
    with pytest.raises(FirthError) as caught:
        execute.execute(workspace, execute.read_settings(workspace, item.name, params.compute), *stage)
    assert missing in str(caught.value)
    assert "\n" not in str(caught.value)
    assert {path.name for path in tmp_path.iterdir()} == {"params.yaml", "settings", "code"}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FirthError("a\nb"), "error: a\nerror: b"),
        (OSError(errno.ENOSPC, "No space left on device", "data/x"), "error: data/x: the disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "data/x"), "error: data/x: Permission denied"),
        (OSError("1000 requested and 24 written"), "error: {full}: the disk is full; make room and run again\n"),
        (sqlite3.OperationalError("database or disk is full"), "error: {full}: the disk is full"),
        (sqlite3.OperationalError("disk I/O error"), "error: {full}: the disk is full"),
        (ValueError("I/O error: No space left on device (os error 28)"), "error: {full}: the disk is full"),
        (MemoryError(), "error: out of memory"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), "error: out of memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "error: out of memory"),
    ],
)
def test_an_error_of_the_machine_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, words: str
) -> None:
    def fail(prog_name: str) -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=len(folder)))
    monkeypatch.setenv("TMPDIR", "/")
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith(words.format(full="/"))


@pytest.mark.parametrize(
    "error", [IndexError("pop"), RuntimeError("shapes"), sqlite3.OperationalError("disk I/O error")]
)
def test_a_fault_of_the_program_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1 << 30))
    assert is_fault(error)

    def fail(prog_name: str) -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(type(error)) as caught:
        cli.main()
    assert caught.value is error


def test_the_number_of_threads_is_the_params_and_not_the_machine_s(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_DYNAMIC", "GOMP_SPINCOUNT"):
        monkeypatch.setenv(name, "unset")
    monkeypatch.setenv("MKL_DYNAMIC", "unset")
    fix_threads(3)
    assert {os.environ[f"{name}_NUM_THREADS"] for name in ("OMP", "MKL", "OPENBLAS")} == {"3"}
    script = "import torch; print(torch.get_num_threads())"
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "3\n"
