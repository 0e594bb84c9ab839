"""The user's own files are named by content, and what to paste is printed."""

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from firth.corpora.archives import LocalFile
from firth.corpora.counts import FileCounts
from firth.corpora.own import own_files, seen_checksums, verified_files
from firth.errors import FirthError
from firth.params.corpora_params import OwnFile, OwnPairsSplits, ParallelFiles

SHA256 = hashlib.sha256(b"text\n").hexdigest()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_bytes(b"text\n")
    return tmp_path


def verified(root: Path, key: str = "corpora.lm", **own: Any) -> list[LocalFile]:
    return verified_files({key: OwnFile(**own)}, root, root, FileCounts())[key]


def names(root: Path, path: str | list[str]) -> list[str]:
    """The files that a path names, in the order of reading."""
    checksum = seen_checksums({"x": OwnFile(path=path)}, root, root)["x"]
    return [file.name for file in verified(root, path=path, sha256=checksum)]


def test_relative_paths_begin_at_the_params_file_and_tilde_is_home(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(own / "texts"))
    for path in ("texts/a.txt", "~/a.txt", str(own / "texts" / "a.txt")):
        (file,) = verified(own, path=path, sha256=SHA256)
        assert file.path.read_bytes() == b"text\n"
        assert file.name == path


def test_a_missing_checksum_is_printed_for_pasting_with_its_key(own: Path) -> None:
    with pytest.raises(FirthError, match=rf"^corpora\.lm: texts/a\.txt: no sha256 .*  sha256: {SHA256}$"):
        verified(own, path="texts/a.txt")


def test_a_wrong_checksum_names_both(own: Path) -> None:
    with pytest.raises(FirthError, match=rf"sha256: {'0' * 64}.*  sha256: {SHA256}$"):
        verified(own, path="texts/a.txt", sha256="0" * 64)


@pytest.mark.parametrize(
    "path", ["nowhere.txt", "empty", "~nobody-of-that-name/x", "a\0b", "texts/*.md", "pipe", "/dev/zero"]
)
def test_a_path_without_a_text_is_refused_with_its_key(own: Path, path: str) -> None:
    (own / "empty").mkdir()
    os.mkfifo(own / "pipe")
    with pytest.raises(FirthError, match=r"^corpora\.qa: ") as caught:
        verified(own, "corpora.qa", path=path, sha256=SHA256)
    assert "\n" not in str(caught.value)


def test_folders_and_patterns_are_read_in_the_order_of_names(own: Path) -> None:
    (own / "texts" / "z").mkdir()
    for name in ("c.txt", "b.txt", "z/d.txt", ".hidden.txt", "LICENSE", "void.txt", "image"):
        (own / "texts" / name).write_bytes({"void.txt": b"", "image": b"\x89PNG\0"}.get(name, name.encode()))
    assert names(own, "texts") == ["texts/a.txt", "texts/b.txt", "texts/c.txt", "texts/z/d.txt"]
    assert names(own, "texts/[ab].txt") == ["texts/a.txt", "texts/b.txt"]
    assert names(own, "texts/**/d.txt") == ["texts/z/d.txt"]
    assert names(own, ["texts/c.txt", "texts/z"]) == ["texts/c.txt", "texts/z/d.txt"]
    beside = FileCounts()
    with pytest.raises(FirthError):
        verified_files({"x": OwnFile(path="texts")}, own, own, beside)
    assert beside.names == {
        "hidden_files": [".hidden.txt"],
        "accompanying_files": ["LICENSE"],
        "binary_files": ["image"],
        "empty_files": ["void.txt"],
    }


def test_a_link_to_nowhere_in_a_folder_is_named(own: Path) -> None:
    (own / "texts" / "link.txt").symlink_to("nowhere")
    with pytest.raises(FirthError, match=r"texts/link\.txt: No such file"):
        names(own, "texts")


def test_a_pattern_leaves_hidden_files_out_and_counts_them(own: Path) -> None:
    (own / "texts" / ".checkpoints").mkdir()
    for name in (".checkpoints/a.txt", ".b.txt"):
        (own / "texts" / name).write_text("copy")
    beside = FileCounts()
    named = {"x": OwnFile(path="texts/**/*.txt", sha256=SHA256)}
    assert [file.name for file in verified_files(named, own, own, beside)["x"]] == ["texts/a.txt"]
    assert beside.names == {"hidden_files": [".b.txt", ".checkpoints/a.txt"]}


def test_a_pattern_begins_at_the_params_file_whatever_the_name_of_its_folder(own: Path) -> None:
    odd = own / "[odd] *"
    odd.mkdir()
    (odd / "a.txt").write_bytes(b"text\n")
    assert [file.name for file in verified(odd, path="*.txt", sha256=SHA256)] == ["a.txt"]


def test_a_wide_encoding_makes_no_binary_file_of_a_folder_s_text(own: Path) -> None:
    (own / "wide").mkdir()
    (own / "wide" / "a.tsv").write_bytes("a\tb\n".encode("utf-16"))
    checksum = seen_checksums({"x": OwnFile(path="wide", encoding="utf-16")}, own, own)["x"]
    assert len(verified(own, path="wide", sha256=checksum, encoding="utf-16")) == 1
    with pytest.raises(FirthError, match="folder without a text"):
        verified(own, path="wide", sha256=checksum)


def test_the_checksum_seen_of_an_address_is_that_of_its_content_now(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = own / "mirror" / "example.org" / "a.txt"
    place.parent.mkdir(parents=True)
    monkeypatch.setenv("FIRTH_CORPUS_MIRROR", str(own / "mirror"))
    for content in (b"old\n", b"new\n"):
        place.write_bytes(content)
        named = {"x": OwnFile(url="https://example.org/a.txt", sha256="0" * 64)}
        assert seen_checksums(named, own, own / "downloads") == {"x": hashlib.sha256(content).hexdigest()}


def test_a_file_named_like_a_pattern_is_that_file(own: Path) -> None:
    (own / "texts" / "[a].txt").write_bytes(b"text\n")
    assert names(own, "texts/[a].txt") == ["texts/[a].txt"]


def test_a_file_that_is_named_twice_is_refused(own: Path) -> None:
    with pytest.raises(FirthError, match=r"texts/a\.txt: is named twice"):
        names(own, ["texts/a.txt", "texts"])


def test_the_checksum_of_several_files_is_that_of_their_checksums(own: Path) -> None:
    (own / "texts" / "b.txt").write_bytes(b"more\n")
    both = "".join(f"{hashlib.sha256(content).hexdigest()}\n" for content in (b"text\n", b"more\n"))
    checksum = hashlib.sha256(both.encode()).hexdigest()
    assert seen_checksums({"x": OwnFile(path="texts")}, own, own) == {"x": checksum}
    with pytest.raises(FirthError, match=rf"texts/a\.txt and 1 more: .*  sha256: {checksum}"):
        verified(own, path="texts", sha256=SHA256)


def test_every_file_with_a_problem_gets_its_line(own: Path) -> None:
    named = {"corpora.lm.train": OwnFile(path="texts/a.txt"), "corpora.lm.valid": OwnFile(path="x.txt", sha256=SHA256)}
    with pytest.raises(FirthError) as caught:
        verified_files(named, own, own, FileCounts())
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


@pytest.mark.parametrize(
    ("own", "name"),
    [
        ({"path": "texts/"}, "texts"),
        ({"url": "https://me:secret@example.org/texts/a.txt?x=1"}, "a.txt"),
        ({"url": "https://me:secret@example.org:80/"}, "example.org"),
    ],
)
def test_a_text_is_called_by_its_file_or_by_its_host(own: dict[str, str], name: str) -> None:
    assert OwnFile(**own).file_name == name
