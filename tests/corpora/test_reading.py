"""What is read of any text, in any packing, is what a plain reader of whole files reads, or a refusal with a name."""

import bz2
import gzip
import io
import lzma
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from firth.corpora.archives import LocalFile
from firth.corpora.formats import prose_lines
from firth.errors import FirthError

VISIBLE_FORMATS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x13440)}
OTHERS_UNSEEN = {0x34F, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
PACK: dict[str, Callable[[bytes], bytes]] = {
    "txt": bytes,
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
}
WORDS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    [
        "e\u0301",
        "\u200b",
        "\ufeff",
        "می\u200cخ",
        "a\u200cb",
        "क्\u200dष",
        "\u00ad",
        "\u00a0",
        "\t",
        "\x00",
        "\u2028",
        "日本",
    ]
)
LINES = st.lists(st.lists(WORDS, max_size=4).map(" ".join), max_size=6)
TEXTS = st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans()).map(
    lambda text: text[1].join(text[0]) + (text[1] if text[2] else "")
)
PACKINGS = st.sampled_from(["txt", "gz", "xz", "bz2", "zip", "tar", "tar.gz", "tar.bz2"])


def packed(kind: str, pieces: list[bytes]) -> bytes:
    """A file of this kind that holds the pieces: as streams one after another, or as members 0.txt, 1.txt, …"""
    if kind in PACK:
        return b"".join(map(PACK[kind], pieces))
    file = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, piece in reversed(list(enumerate(pieces))):
                archive.writestr(f"{number}.txt", piece)
        return file.getvalue()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for number, piece in enumerate(pieces):
            entry = tarfile.TarInfo(f"{number}.txt")
            entry.size = len(piece)
            tar.addfile(entry, io.BytesIO(piece))
    return PACK[kind.removeprefix("tar").removeprefix(".") or "txt"](file.getvalue())


def plain_lines(texts: list[bytes]) -> list[str]:
    """The lines of whole texts, blank ones as empty strings, by the documented rule read character by character."""
    lines = []
    for text in texts:
        whole = text.decode("utf-8").replace("\r\n", "\n")
        single = whole.removesuffix("\r")
        if single.count("\r") > text.decode("utf-8").count("\n") or "\n" not in whole:
            whole = whole.replace("\r", "\n")
        elif single != whole:
            whole = single + "\n"
        lines += [plain_line(line) for line in whole.removesuffix("\n").split("\n")] if whole else []
    return lines


def plain_line(line: str) -> str:
    kept = [" " if unicodedata.category(one) == "Cc" else one for one in line if not unseen(one)]
    letters = "".join(one for index, one in enumerate(kept) if one not in "\u200c\u200d" or joins(kept, index))
    return " ".join(unicodedata.normalize("NFC", letters).split())


def unseen(character: str) -> bool:
    if ord(character) in OTHERS_UNSEEN or 0xE0000 <= ord(character) < 0xE1000 or 0x2060 <= ord(character) <= 0x206F:
        return True
    is_format = unicodedata.category(character) == "Cf" and ord(character) not in VISIBLE_FORMATS
    return is_format and character not in "\u200c\u200d"


def joins(characters: list[str], index: int) -> bool:
    """Whether the joiner at this place is the first of its run, and the run stands between letters that it joins."""
    before, after = index - 1, index
    while after < len(characters) and characters[after] in "\u200c\u200d":
        after += 1
    return before >= 0 and after < len(characters) and joinable(characters[before]) and joinable(characters[after])


def joinable(character: str) -> bool:
    ranges = ((0x620, 0x8FF), (0x900, 0xDFF), (0xF00, 0x109F), (0x1780, 0x18AF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC))
    return any(first <= ord(character) <= last for first, last in ranges)


@settings(max_examples=1000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(pieces=st.lists(TEXTS, min_size=1, max_size=3), kind=PACKINGS)
@example(pieces=["one\rtwo\r", "three\r"], kind="xz")
@example(pieces=["one\n\ntwo", "", "\u200b\n"], kind="zip")
def test_any_text_in_any_packing_is_read_as_a_plain_reader_reads_it(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str], kind: str
) -> None:
    contents = [piece.encode() for piece in pieces]
    path = tmp_path_factory.getbasetemp() / f"text.{kind}"
    path.write_bytes(packed(kind, contents))
    file = LocalFile(path, path.name)
    expected = plain_lines([b"".join(contents)] if kind in PACK else contents)
    try:
        found = [line for _, line in prose_lines(file)]
    except FirthError as error:
        assert str(error).startswith(path.name)
        assert not any(expected) or b"\0" in b"".join(contents)
        return
    assert found == [line for line in expected if line]
    assert file.counts.lines == len(found)
    assert file.counts.left_out["blank_lines"] == len(expected) - len(found)
    assert file.counts.members == (1 if kind in PACK else sum(map(bool, contents)))
