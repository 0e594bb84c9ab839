"""What a person reads on the command line when something is wrong: one line, exit status 2, no traceback."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from firth import cli
from firth.errors import FirthError
from firth.process import fix_threads

ROOT = Path(__file__).parents[1]


def firth(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from firth.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_folder_without_params_gets_one_line_and_status_2(tmp_path: Path) -> None:
    result = firth(tmp_path, "check")
    assert result.returncode == 2
    assert result.stderr == f"error: {tmp_path}/params.yaml: not found; copy one of presets/*.yaml there\n"
    assert list(tmp_path.iterdir()) == []


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    assert "Traceback" in firth(tmp_path, "--debug", "check").stderr


@pytest.mark.parametrize(
    ("stage", "missing"),
    [
        (["tokenize", "lm"], "download@lm"),
        (["cooccurrence"], "tokenize@embeddings"),
        (["svd"], "tokenize@embeddings"),
        (["word2vec"], "tokenize@embeddings"),
        (["ngram"], "download@lm"),
        (["lm", "lstm"], "download@lm"),
        (["seq2seq", "qa", "none"], "tokenize@qa"),
        (["alignment", "translation", "dot"], "seq2seq@translation-dot"),
        (["report"], "dvc repro"),
    ],
)
def test_a_stage_whose_input_is_not_built_names_the_stage_that_builds_it(
    tmp_path: Path, stage: list[str], missing: str
) -> None:
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    result = firth(tmp_path, *stage)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert missing in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]


@pytest.mark.parametrize(
    "stage",
    [
        ["study-softmax"],
        ["study-vectors", "feedforward"],
        ["study-clipping", "clipped"],
        ["study-embeddings", "svd"],
        ["study-encoders", "gru", "reversed"],
        ["study-bottleneck"],
        ["study-pairs", "random"],
    ],
)
def test_a_study_reads_the_params_of_the_studies(tmp_path: Path, stage: list[str]) -> None:
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    result = firth(tmp_path, *stage)
    assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
    assert f"{tmp_path}/studies/params.yaml: not found" in result.stderr


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FirthError("a\nb"), "error: a\nerror: b"),
        (OSError(errno.ENOSPC, "No space left on device", "data/x"), "error: data/x: the disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "data/x"), "error: data/x: Permission denied"),
        (MemoryError(), "error: out of memory"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), "error: out of memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "error: out of memory"),
    ],
)
def test_an_error_of_the_machine_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, words: str
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith(words)


def test_the_number_of_threads_is_the_params_and_not_the_machine_s(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_DYNAMIC", "GOMP_SPINCOUNT"):
        monkeypatch.setenv(name, "unset")
    monkeypatch.setenv("MKL_DYNAMIC", "unset")
    fix_threads(3)
    assert {os.environ[f"{name}_NUM_THREADS"] for name in ("OMP", "MKL", "OPENBLAS")} == {"3"}
    script = "import torch; print(torch.get_num_threads())"
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "3\n"
