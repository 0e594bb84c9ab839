"""Pairs stay aligned, or the error says where they don't."""

from pathlib import Path

import pytest

from firth.corpora.archives import LocalFile
from firth.corpora.parallel import read_tab_separated, read_two_files
from firth.errors import FirthError


def local(folder: Path, name: str, content: str) -> LocalFile:
    (folder / name).write_text(content, encoding="utf-8")
    return LocalFile(folder / name, name)


def test_two_files_are_paired_line_by_line_and_blank_sides_left_out(tmp_path: Path) -> None:
    source = local(tmp_path, "en", "one\n\nthree\nfour\u2028still four\n\n")
    target = local(tmp_path, "fr", "un\ndeux\ntrois\r\nqua\ttre")
    assert list(read_two_files(source, target)) == [("one", "un"), ("three", "trois"), ("four still four", "qua tre")]


def test_files_of_different_length_are_refused_with_both_counts(tmp_path: Path) -> None:
    source, target = local(tmp_path, "en", "a\nb\nc\n"), local(tmp_path, "fr", "a\nb\n")
    with pytest.raises(FirthError, match="en has 3 lines but fr has 2"):
        list(read_two_files(source, target))


def test_tab_separated_lines_become_pairs(tmp_path: Path) -> None:
    file = local(tmp_path, "t.tsv", "\ufeffone\tun\r\n\ntwo \t deux\nthree\t\n")
    assert list(read_tab_separated(file)) == [("one", "un"), ("two", "deux")]


@pytest.mark.parametrize(("line", "columns"), [("only one", 1), ("a\tb\tc", 3)])
def test_another_number_of_columns_is_refused_by_line(tmp_path: Path, line: str, columns: int) -> None:
    file = local(tmp_path, "t.tsv", f"one\tun\n\n{line}\n")
    with pytest.raises(FirthError, match=rf"t\.tsv: line 3 has {columns} columns?;"):
        list(read_tab_separated(file))
