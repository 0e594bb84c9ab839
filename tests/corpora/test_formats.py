"""Text comes as tidy lines, in constant memory, and bad bytes are named by file and line."""

import gzip
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from firth.corpora import formats
from firth.corpora.archives import LocalFile
from firth.corpora.formats import divided, prose_lines, text_lines
from firth.errors import FirthError


def prose(tmp_path: Path, content: bytes, fallback: bool = False) -> list[str]:
    (tmp_path / "a.txt").write_bytes(content)
    return [line for _, line in prose_lines(LocalFile(tmp_path / "a.txt", "a.txt"), fallback=fallback)]


def test_bom_crlf_blank_lines_and_control_characters_are_tidied(tmp_path: Path) -> None:
    content = "\ufeff one\r\n\r\n  \ntwo\0three\x0bfour\tfive\u2028six\x85seven\n last\ufeff".encode()
    assert prose(tmp_path, content) == ["one", "two three four five six seven", "last"]


def test_text_is_in_normal_form(tmp_path: Path) -> None:
    lines = ["e\u0301te\u0301  two spaces", "日\u200b本語", "don't “quote” \u00a0 nbsp 🙂"]
    assert prose(tmp_path, "\n".join(lines).encode()) == ["été two spaces", "日本語", "don't “quote” nbsp 🙂"]


def test_lines_and_blank_lines_are_counted_anew_at_each_reading(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\n\n \u200b\ntwo\n", encoding="utf-8")
    file = LocalFile(tmp_path / "a.txt", "a.txt")
    for _ in range(2):
        list(prose_lines(file))
        assert (file.counts.members, file.counts.lines, file.counts.left_out) == (1, 2, {"blank_lines": 2})


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"one\rtwo\rthree", ["one", "two", "three"]),
        (b"one\rtwo\r\rthree\r\n", ["one", "two", "three"]),
        (b"one\r\ntwo\rhalf\r\nthree\r\n", ["one", "two half", "three"]),
        (b"one\ntwo\rhalf\nthree\r", ["one", "two half", "three"]),
    ],
)
@pytest.mark.parametrize("block", [4, 5, 6, 2**20])
def test_carriage_returns_end_lines_where_line_feeds_are_fewer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, lines: list[str], block: int
) -> None:
    monkeypatch.setattr(formats, "BLOCK", block)
    if block == 2**20:
        assert prose(tmp_path, content) == lines
    assert " ".join(prose(tmp_path, content)) == " ".join(lines)


def test_a_text_of_another_encoding_is_read_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-8-sig", "shift_jis", "gb18030"):
        for block in (3, 2**20):
            monkeypatch.setattr(formats, "BLOCK", block)
            (tmp_path / "a.txt").write_bytes("日本\n語\n".encode(encoding))
            file = LocalFile(tmp_path / "a.txt", "a.txt", encoding)
            assert "".join(line for _, line in prose_lines(file)) == "日本語"


def test_a_text_that_is_not_of_the_encoding_named_is_refused_by_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("a\nb\n日本\n".encode("shift_jis") + b"\x80\n")
    with pytest.raises(FirthError, match=r"a\.txt: is not euc_jp after line 1; correct its encoding"):
        list(prose_lines(LocalFile(tmp_path / "a.txt", "a.txt", "euc_jp")))


@pytest.mark.parametrize("block", [30, 31, 64, 1000])
def test_the_block_size_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    content = "\ufeffnaïve café 日本\r\n\n x\n" * 5
    monkeypatch.setattr(formats, "BLOCK", 2**20)
    expected = prose(tmp_path, content.encode())
    numbers = [(number, line) for _, number, line in text_lines(LocalFile(tmp_path / "a.txt", "a.txt"))]
    assert numbers == [
        (number, line.strip("\r\ufeff")) for number, line in enumerate(content.split("\n")[:-1], start=1)
    ]
    monkeypatch.setattr(formats, "BLOCK", block)
    assert prose(tmp_path, content.encode()) == expected
    assert [(number, line) for _, number, line in text_lines(LocalFile(tmp_path / "a.txt", "a.txt"))] == numbers


def test_an_enormous_line_becomes_lines_of_a_thousand_words_with_no_word_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [f"w{number}" for number in range(23_456)]
    expected = [" ".join(words[start : start + 1000]) for start in range(0, len(words), 1000)]
    for block in (2**14, 2**15 - 1, 2**20):
        monkeypatch.setattr(formats, "BLOCK", block)
        assert prose(tmp_path, " ".join(words).encode() + b"\nshort one\n") == [*expected, "short one"]


def test_a_long_paragraph_is_not_cut(tmp_path: Path) -> None:
    line = "word " * 9_999 + "word"
    assert prose(tmp_path, line.encode()) == [line]


def test_an_enormous_word_passes_without_a_character_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "BLOCK", 1000)
    assert "".join(prose(tmp_path, ("日本語" * 5000).encode())) == "日本語" * 5000


def test_memory_stays_constant_however_long_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "BLOCK", 2**15)
    path = tmp_path / "a.txt.gz"
    with gzip.open(path, "wb", 1) as file:
        for _ in range(40):
            file.write(b"all on a single line " * 5000)  # 4.2 MB in all
    tracemalloc.start()
    characters = sum(len(line) for _, line in prose_lines(LocalFile(path, "a.txt.gz")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert characters > 4_190_000
    assert peak < 1_500_000


def test_a_byte_that_is_not_utf8_is_named_by_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match=r"a\.txt: line 3 is not UTF-8 \(byte 0xe9\)"):
        prose(tmp_path, b"one\n\ncaf\xe9 au lait\nfour\n")


def test_the_line_is_right_behind_the_first_block_and_in_archives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "BLOCK", 50)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("part.txt", b"a line of text\n" * 40 + b"\xff\n")
    (tmp_path / "t.zip").write_bytes(packed.getvalue())
    with pytest.raises(FirthError, match=r"t\.zip: part\.txt: line 41 is not UTF-8"):
        list(prose_lines(LocalFile(tmp_path / "t.zip", "t.zip")))


def test_utf16_without_a_mark_is_refused_rather_than_read_as_spaced_letters(tmp_path: Path) -> None:
    for content in ("plain words\n".encode("utf-16-le"), "日本語\n".encode("utf-16")):
        with pytest.raises(FirthError, match="UTF-16"):
            prose(tmp_path, content)


@pytest.mark.parametrize("content", [b"\n \r\n\t\n", b"\xef\xbb\xbf", b"\0\0"])
def test_a_file_without_text_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FirthError):
        prose(tmp_path, content)
    with pytest.raises(FirthError):
        list(text_lines(LocalFile(tmp_path / "a.txt", "a.txt")))


def test_the_fallback_reads_latin1_only_where_utf8_fails(tmp_path: Path) -> None:
    assert prose(tmp_path, "café\n".encode(), fallback=True) == ["café"]
    assert prose(tmp_path, "café\n".encode("latin-1"), fallback=True) == ["café"]


@pytest.mark.parametrize(("count", "sizes"), [(20, (18, 1, 1)), (39, (37, 1, 1)), (1000, (900, 50, 50))])
def test_division_is_90_5_5_and_contiguous(count: int, sizes: tuple[int, int, int]) -> None:
    items = list(divided(lambda: (("", number) for number in range(count)), "t", "lines"))
    assert [number for _, number in items] == list(range(count))
    assert [split for split, _ in items] == ["train"] * sizes[0] + ["valid"] * sizes[1] + ["test"] * sizes[2]


def test_division_gives_every_split_its_share_of_every_part() -> None:
    content = [("a", n) for n in range(40)] + [("b", n) for n in range(100)]
    items = list(divided(lambda: content, "t", "lines"))
    assert [number for split, number in items if split == "test"] == [38, 39, 95, 96, 97, 98, 99]
    assert [number for split, number in items if split == "valid"] == [36, 37, 90, 91, 92, 93, 94]


def test_too_little_to_divide_is_refused_with_the_number() -> None:
    with pytest.raises(FirthError, match=r"own\.txt: 19 lines are too few"):
        list(divided(lambda: (("", number) for number in range(19)), "own.txt", "lines"))


def test_an_enormous_line_is_refused_where_lines_are_aligned(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"short\n" + b"word " * 500_000)
    with pytest.raises(FirthError, match="line 2 is longer than 1 MiB"):
        list(text_lines(LocalFile(tmp_path / "a.txt", "a.txt")))
