"""Checksums of own files are filled in, and only they change."""

import hashlib
from pathlib import Path

import pytest

from firth.corpora.own_checksums import write_checksums
from firth.errors import FirthError
from firth.params.experiment import load_params

ROOT = Path(__file__).parents[2]


def experiment(folder: Path, lm: str) -> Path:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8").replace("  lm: {source: world}\n", f"  lm: {lm}\n")
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    (folder / "a.txt").write_bytes(b"text")
    return folder / "params.yaml"


def test_missing_and_outdated_checksums_are_written(tmp_path: Path) -> None:
    for lm, what in (("{path: a.txt}", "added"), (f"{{path: a.txt, sha256: {'a' * 64}}}", "replaced")):
        path = experiment(tmp_path, lm)
        before = path.read_text(encoding="utf-8").splitlines()
        assert write_checksums(path, tmp_path, tmp_path) == [f"corpora.lm: sha256 {what} in params.yaml"]
        lines = path.read_text(encoding="utf-8").splitlines()
        new = ["  lm:", "    path: a.txt", f"    sha256: {hashlib.sha256(b'text').hexdigest()}"]
        assert [line for line in lines if line not in before] == new
        assert load_params(path).corpora.lm.sha256 == new[-1].split()[-1]  # type: ignore[union-attr]
        assert write_checksums(path, tmp_path, tmp_path) == []


def test_a_missing_file_is_named_and_nothing_written(tmp_path: Path) -> None:
    path = experiment(tmp_path, "{path: nowhere.txt}")
    before = path.read_bytes()
    with pytest.raises(FirthError, match=r"^corpora\.lm: nowhere\.txt: "):
        write_checksums(path, tmp_path, tmp_path)
    assert path.read_bytes() == before
