"""``dvc.lock`` and ``rwlock`` appear whole, and what a killed DVC has cut off is mended without losing a stage."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from dvc.fs import LocalFileSystem
from dvc.utils.serialize import dumps_yaml, modify_yaml
from hypothesis import given
from hypothesis import strategies as st
from repositories import commit, make_repository

from firth.errors import FirthError
from firth.lock_file import _is_whole, mend_lock_files, recorded_checksums, recorded_stages, write_whole

LOCK = """schema: '2.0'
stages:
  tokenize@lm:
    cmd: firth tokenize lm
    deps:
    - path: code/tokenize-lm.txt
      hash: md5
      md5: 63d08e2a1ec4f6b4e1f3a0ad43b1d4ae
      size: 2104
    outs:
    - path: data/tokens/lm
      hash: md5
      md5: 0ab1c3d2f5e6a7b8c9d0e1f2a3b4c5d6.dir
      size: 80125
      nfiles: 6
  svd:
    cmd: firth svd
    outs:
    - path: models/svd
      hash: md5
      md5: 1ab1c3d2f5e6a7b8c9d0e1f2a3b4c5d6.dir
      size: 125
      nfiles: 12
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A DVC repository with a committed ``dvc.lock``."""
    (tmp_path / ".dvc" / "tmp").mkdir(parents=True)
    (tmp_path / "dvc.lock").write_text(LOCK)
    make_repository(tmp_path)
    commit(tmp_path)
    return tmp_path


def test_records_name_the_checksums_of_outputs_and_dependencies() -> None:
    records = recorded_stages(LOCK)
    assert list(records) == ["tokenize@lm", "svd"]
    assert recorded_checksums(records.values()) == {
        "data/tokens/lm": "0ab1c3d2f5e6a7b8c9d0e1f2a3b4c5d6.dir",
        "models/svd": "1ab1c3d2f5e6a7b8c9d0e1f2a3b4c5d6.dir",
    }
    assert recorded_checksums(records.values(), "deps") == {"code/tokenize-lm.txt": "63d08e2a1ec4f6b4e1f3a0ad43b1d4ae"}
    assert recorded_stages("") == {}


WORDS = st.sampled_from(["yes", "No", "on", "12:30", "1e3", "012", "0o7", "0x1f", "null", "~", ".inf", "true", "é", ""])


@given(
    st.lists(
        WORDS | st.floats(allow_nan=False, allow_subnormal=False) | st.booleans() | st.none() | st.integers(-99, 10**20)
    )
)
def test_values_are_read_as_dvc_writes_them(values: list[object]) -> None:
    records = {"lm": {"cmd": "yes", "params": {"params.yaml": {str(place): one for place, one in enumerate(values)}}}}
    read = recorded_stages(dumps_yaml({"schema": "2.0", "stages": records}))
    assert repr(read) == repr(records)  # 1, 1.0 and true are equal


@pytest.mark.parametrize(
    "text",
    [
        *("schem", "schema: '2.0'\n", "<<<<<<< HEAD\nstages: {}\n", "\0", "{"),
        *("stages:\n", "stages: [lm]\n", "stages: {lm: 1}\n"),
        *("stages: {lm: {outs: [x]}}\n", "stages: {lm: {deps: 3}}\n", "stages: {lm: {outs: [{md5: 1}]}}\n"),
    ],
)
def test_a_text_that_is_not_dvc_s_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not DVC's"):
        recorded_stages(text)


def test_dvc_writes_a_file_whole_or_not_at_all(tmp_path: Path) -> None:
    repo, path = SimpleNamespace(fs=LocalFileSystem()), tmp_path / "dvc.lock"
    write_whole(repo)
    with modify_yaml(str(path), fs=repo.fs) as content:
        content["stages"] = {"é": 1}
    assert path.read_bytes() == "stages:\n  é: 1\n".encode()
    with pytest.raises(InterruptedError), repo.fs.open(str(path), "w", encoding="utf-8") as file:
        file.write("x" * 100_000)
        file.flush()
        raise InterruptedError
    assert path.read_bytes() == "stages:\n  é: 1\n".encode()
    assert list(tmp_path.iterdir()) == [path]
    with repo.fs.open(str(path), "rb") as file:
        assert file.read(6) == b"stages"


def test_what_is_cut_off_is_seen_or_leaves_only_whole_entries() -> None:
    def entries(text: str) -> list[dict[str, object]]:
        stages = yaml.safe_load(text)["stages"].values()
        found = [entry for stage in stages for entry in stage.get("deps", []) + stage.get("outs", [])]
        return [entry for entry in found if "md5" in entry]

    kept = [length for length in range(len(LOCK)) if _is_whole(LOCK[:length])]
    assert len(kept) > 5
    assert all(entry in entries(LOCK) for length in kept for entry in entries(LOCK[:length]))
    assert _is_whole(LOCK)


@pytest.mark.parametrize("content", [LOCK[:300].encode(), b"", b"\0" * 200, b"\xff\xfe", LOCK[:-4].encode()])
def test_a_lock_file_that_was_cut_off_is_the_one_of_head(
    root: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    (root / "dvc.lock").write_bytes(content)
    mend_lock_files(root)
    assert (root / "dvc.lock").read_text() == LOCK
    line = f"{root}/dvc.lock: was cut off and is HEAD's again; what ran since comes from the run cache\n"
    assert capsys.readouterr().err == line


def test_without_one_in_head_it_is_removed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "dvc.lock").unlink()
    commit(root)
    (root / "dvc.lock").write_text("schem")
    mend_lock_files(root)
    assert not (root / "dvc.lock").exists()
    assert capsys.readouterr().err.startswith(f"{root}/dvc.lock: was cut off and was removed")
    mend_lock_files(root)
    assert capsys.readouterr().err == ""


def test_the_lock_file_of_a_repository_within_is_mended_by_itself(root: Path) -> None:
    studies = root / "studies"
    (studies / ".dvc" / "tmp").mkdir(parents=True)
    for folder in (root, studies):
        (folder / "dvc.lock").write_text("schem")
    mend_lock_files(root)
    assert ((root / "dvc.lock").read_text(), (studies / "dvc.lock").read_text()) == (LOCK, "schem")
    (root / "dvc.lock").write_text("schem")
    mend_lock_files(studies)
    assert (root / "dvc.lock").read_text() == "schem"
    assert not (studies / "dvc.lock").exists()


def test_conflict_marks_of_a_merge_are_refused(root: Path) -> None:
    text = f"<<<<<<< HEAD\n{LOCK}=======\n{LOCK}>>>>>>> other\n"
    (root / "dvc.lock").write_text(text)
    with pytest.raises(FirthError, match=r"dvc\.lock: has the conflict marks of a merge; settle it with `firth merge`"):
        mend_lock_files(root)
    assert (root / "dvc.lock").read_text() == text


@pytest.mark.parametrize("content", ["", '{"write": {"/x": {"pi', "[]"])
def test_a_cut_table_of_locks_is_removed_if_dvc_is_not_at_work(
    root: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    table = root / ".dvc" / "tmp" / "rwlock"
    table.write_text(content)
    mend_lock_files(root)
    assert not table.exists()
    assert capsys.readouterr().err == f"{table}: was cut off and removed; no DVC process is at work\n"


@pytest.mark.parametrize("arguments", [["firth", "repro"], ["-m", "firth", "repro"], ["dvc"], ["-m", "dvc", "status"]])
def test_a_cut_table_of_locks_stays_while_dvc_is_at_work_in_the_repository(root: Path, arguments: list[str]) -> None:
    table = root / ".dvc" / "tmp" / "rwlock"
    table.write_text("cut")
    (root / "studies" / ".dvc").mkdir(parents=True)
    for folder, name in product((root, root / "studies"), ("dvc", "dvc.py", "firth", "firth.py")):
        (folder / name).write_text("import time; time.sleep(60)")
    with at_work(root, arguments) as dvc, pytest.raises(FirthError, match=f"damaged, and process {dvc.pid} of DVC is"):
        mend_lock_files(root)
    assert table.read_text() == "cut"
    with at_work(root / "studies", arguments):
        mend_lock_files(root)
    assert not table.exists()


@contextmanager
def at_work(folder: Path, arguments: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that a person has begun in a folder."""
    with subprocess.Popen([sys.executable, *arguments], cwd=folder) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_repository_that_dvc_has_locked_is_left_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dvc.lock import Lock

    monkeypatch.setattr("firth.lock_file.SECONDS_FOR_LOCK", 0.0)
    (root / "dvc.lock").write_text("schem")
    with Lock(str(root / ".dvc" / "tmp" / "lock")), pytest.raises(FirthError, match="another DVC process has locked"):
        mend_lock_files(root)
    assert (root / "dvc.lock").read_text() == "schem"
