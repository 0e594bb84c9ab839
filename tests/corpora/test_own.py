"""The user's own files are named by content, and what to paste is printed."""

import hashlib
from pathlib import Path

import pytest

from firth.corpora.own import own_files, verified_file, verified_files
from firth.errors import FirthError
from firth.params.corpora_params import OwnFile, OwnPairsSplits, ParallelFiles

SHA256 = hashlib.sha256(b"text\n").hexdigest()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_bytes(b"text\n")
    return tmp_path


def test_relative_paths_begin_at_the_params_file_and_tilde_is_home(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(own / "texts"))
    for path in ("texts/a.txt", "~/a.txt", str(own / "texts" / "a.txt")):
        file = verified_file("corpora.lm", OwnFile(path=path, sha256=SHA256), own, own)
        assert file.path.read_bytes() == b"text\n"
        assert file.name == path


def test_a_missing_checksum_is_printed_for_pasting_with_its_key(own: Path) -> None:
    with pytest.raises(FirthError, match=rf"^corpora\.lm: texts/a\.txt has no sha256 .*  sha256: {SHA256}$"):
        verified_file("corpora.lm", OwnFile(path="texts/a.txt"), own, own)


def test_a_wrong_checksum_names_both(own: Path) -> None:
    with pytest.raises(FirthError, match=rf"sha256: {'0' * 64}.*  sha256: {SHA256}$"):
        verified_file("corpora.lm", OwnFile(path="texts/a.txt", sha256="0" * 64), own, own)


@pytest.mark.parametrize("path", ["nowhere.txt", "texts", "~nobody-of-that-name/x", "a\0b"])
def test_a_path_without_a_file_is_refused_with_its_key(own: Path, path: str) -> None:
    with pytest.raises(FirthError, match=r"^corpora\.qa: ") as caught:
        verified_file("corpora.qa", OwnFile(path=path, sha256=SHA256), own, own)
    assert "\n" not in str(caught.value)


def test_every_file_with_a_problem_gets_its_line(own: Path) -> None:
    named = {"corpora.lm.train": OwnFile(path="texts/a.txt"), "corpora.lm.valid": OwnFile(path="x.txt", sha256=SHA256)}
    with pytest.raises(FirthError) as caught:
        verified_files(named, own, own)
    assert [line.partition(": ")[0] for line in str(caught.value).splitlines()] == list(named)


def test_nested_files_are_found_with_their_keys() -> None:
    a, b, c, d = (OwnFile(path=name) for name in "abcd")
    two_files = ParallelFiles(source_file=a, target_file=b)
    splits = OwnPairsSplits(source_language="en", target_language="fr", train=two_files, valid=c, test=d)
    assert dict(own_files(splits, "corpora.translation")) == {
        "corpora.translation.train.source_file": a,
        "corpora.translation.train.target_file": b,
        "corpora.translation.valid": c,
        "corpora.translation.test": d,
    }
