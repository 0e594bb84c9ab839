"""Archives are read as streams, and bad ones are refused in one line."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from firth.corpora import archives
from firth.corpora.archives import LocalFile, Stream, members
from firth.errors import FirthError

PACK: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress}


def local(path: Path) -> LocalFile:
    return LocalFile(path, path.name)


def contents(path: Path) -> list[tuple[str, bytes]]:
    return [(name, drained(stream)) for name, stream in members(local(path))]


def drained(stream: Stream) -> bytes:
    return b"".join(iter(lambda: stream.read(100), b""))


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, files: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def test_plain_gz_and_xz_give_the_same_bytes(tmp_path: Path) -> None:
    text = b"".join(b"line %d\n" % number for number in range(5000))
    (tmp_path / "a.txt").write_bytes(text)
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(text))
    (tmp_path / "a.txt.xz").write_bytes(lzma.compress(text))
    for name in ("a.txt", "a.txt.gz", "a.txt.xz"):
        assert contents(tmp_path / name) == [(name, text)]


@pytest.mark.parametrize("kind", ["gz", "xz", "bz2"])
def test_streams_one_after_another_are_read_whole_and_zeros_between_them(tmp_path: Path, kind: str) -> None:
    pack = PACK[kind]
    first, second = b"one\n" * 1000, b"two\n" * 1000
    for between in (b"", b"\0" * 8):
        path = tmp_path / f"a.{kind}"
        path.write_bytes(pack(first) + between + pack(second) + b"\0" * 4)
        assert contents(path) == [(f"a.{kind}", first + second)]


@pytest.mark.parametrize("kind", ["gz", "xz", "bz2"])
@pytest.mark.parametrize("damage", ["cut", "changed", "other"])
def test_damage_behind_the_first_stream_is_reported(tmp_path: Path, kind: str, damage: str) -> None:
    pack = PACK[kind]
    first, second = pack(b"one\n" * 1000), bytearray(pack(os.urandom(2000)))
    if damage == "changed":
        second[1000:1004] = b"abcd"
    tail = {"cut": bytes(second[:-30]), "changed": bytes(second), "other": b"plain text\n"}[damage]
    (tmp_path / f"a.{kind}").write_bytes(first + tail)
    with pytest.raises(FirthError, match=r"damaged|truncated") as caught:
        contents(tmp_path / f"a.{kind}")
    assert "\n" not in str(caught.value)


def test_a_tar_ends_with_zeros_and_nothing_behind_them(tmp_path: Path) -> None:
    for lines in (1, 3000):
        whole = tarred(tmp_path / "a.tar", {"a.txt": b"one\n" * lines}, "w").read_bytes()
        (tmp_path / "two.tar").write_bytes(whole + whole)
        with pytest.raises(FirthError, match="something stands behind"):
            contents(tmp_path / "two.tar")
        (tmp_path / "cut.tar").write_bytes(whole[: 512 + -(-4 * lines // 512) * 512])
        with pytest.raises(FirthError, match="truncated"):
            contents(tmp_path / "cut.tar")


def test_a_zip_behind_another_is_refused(tmp_path: Path) -> None:
    one = zipped(tmp_path / "one.zip", {"a.txt": b"one\n"}).read_bytes()
    (tmp_path / "two.zip").write_bytes(one + zipped(tmp_path / "b.zip", {"b.txt": b"two\n"}).read_bytes())
    with pytest.raises(FirthError, match="something stands before"):
        contents(tmp_path / "two.zip")


def test_an_archive_without_a_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match="none of its members is a text"):
        contents(zipped(tmp_path / "t.zip", {"README": b"about\n", "a.png": b"\x89PNG\0"}))


def test_a_member_named_txt_is_read_whatever_its_case_and_bytes(tmp_path: Path) -> None:
    path = zipped(tmp_path / "t.zip", {"A.TXT": "wide\n".encode("utf-16"), "b.txt": b"nul\0\n"})
    assert [name for name, _ in contents(path)] == ["t.zip: A.TXT", "t.zip: b.txt"]


def test_a_zip_gives_its_texts_in_order_of_name_without_archives_pictures_and_hidden_files(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"x.txt": b"nested\n"}).read_bytes()
    files = {
        "b.txt": b"second\n",
        "a/one": b"first\n",
        "c.zip": inner,
        "d.png": b"\x89PNG\0\0",
        "__MACOSX/b.txt": b"no\n",
    }
    path = zipped(tmp_path / "t.zip", files)
    assert contents(path) == [("t.zip: a/one", b"first\n"), ("t.zip: b.txt", b"second\n")]


@pytest.mark.parametrize("ending", ["tar", "tar.gz", "tar.xz"])
def test_a_tar_gives_its_texts_in_archive_order(tmp_path: Path, ending: str) -> None:
    mode = {"tar": "w", "tar.gz": "w:gz", "tar.xz": "w:xz"}[ending]
    path = tarred(tmp_path / f"t.{ending}", {"b.txt": b"1\n" * 9000, "a.txt": b"2\n"}, mode)
    assert contents(path) == [(f"t.{ending}: b.txt", b"1\n" * 9000), (f"t.{ending}: a.txt", b"2\n")]


@pytest.mark.parametrize("member", ["../evil", "/etc/evil", "a/../../evil", "..\\evil"])
def test_a_member_that_points_outside_is_refused_and_nothing_is_written(tmp_path: Path, member: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    for path in (zipped(folder / "t.zip", {member: b"x\n"}), tarred(folder / "t.tar.gz", {member: b"x\n"})):
        with pytest.raises(FirthError, match="points outside"):
            contents(path)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["inside", "t.tar.gz", "t.zip"]


@pytest.mark.parametrize("kind", ["zip", "gz", "xz", "tar.gz"])
def test_a_bomb_is_refused_before_it_has_gone_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(archives, "FREE_EXPANSION", 100_000)
    zeros = b" " * 8_000_000
    path = tmp_path / f"bomb.{kind}"
    if kind == "zip":
        zipped(path, {"a.txt": zeros})
    elif kind == "tar.gz":
        tarred(path, {"a.txt": zeros})
    else:
        path.write_bytes(gzip.compress(zeros) if kind == "gz" else lzma.compress(zeros))
    read = 0
    with pytest.raises(FirthError, match=f"bomb.{kind}.*expands to more than 200 times"):
        for _, stream in members(local(path)):
            while chunk := stream.read(10_000):
                read += len(chunk)
    assert read <= max(100_000, 200 * path.stat().st_size)


def test_an_archive_may_expand_far_as_long_as_it_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "blank.gz"
    path.write_bytes(gzip.compress(b" " * 5_000_000))  # about 1,000 times
    assert sum(len(content) for _, content in contents(path)) == 5_000_000


@pytest.mark.parametrize("kind", ["zip", "gz", "xz", "tar.gz"])
def test_a_truncated_archive_is_one_line_that_says_so(tmp_path: Path, kind: str) -> None:
    noise = os.urandom(50_000).hex().encode() + b"\n"
    whole = tmp_path / f"whole.{kind}"
    if kind == "zip":
        zipped(whole, {"a.txt": noise})
    elif kind == "tar.gz":
        tarred(whole, {"a.txt": noise})
    else:
        whole.write_bytes(gzip.compress(noise) if kind == "gz" else lzma.compress(noise))
    path = tmp_path / f"cut.{kind}"
    path.write_bytes(whole.read_bytes()[:20_000])
    with pytest.raises(FirthError, match=rf"cut\.{kind}.*truncated") as caught:
        contents(path)
    assert "\n" not in str(caught.value)


def test_damage_in_the_middle_of_a_zip_is_reported(tmp_path: Path) -> None:
    path = zipped(tmp_path / "t.zip", {"a.txt": os.urandom(5000).hex().encode()})
    content = bytearray(path.read_bytes())
    content[1000:1010] = b"0123456789"
    path.write_bytes(content)
    with pytest.raises(FirthError, match=r"t\.zip: a\.txt: is damaged"):
        contents(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"", "empty"),
        ("a.gz", b"plain text", r"has the suffix \.gz but another format"),
        ("a.zst", b"\x28\xb5\x2f\xfd", "packed with zstd"),
        ("a.lzma", lzma.compress(b"text", lzma.FORMAT_ALONE), "packed with lzma"),
        ("a.pdf", b"%PDF-1.7\n", "is a file of PDF"),
        ("a.gz", gzip.compress(gzip.compress(b"text", mtime=0), mtime=0), "packed again, with gzip"),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18, "archive is empty"),
        ("a.docx", b"PK\x03\x04\x14\x00", "a document, not a text"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FirthError, match=message):
        contents(tmp_path / name)
