"""Gold sets are written in one form."""

from pathlib import Path

import pytest

from firth.corpora.archives import LocalFile
from firth.corpora.gold_files import write_gold_set
from firth.errors import FirthError


def local(folder: Path, content: bytes) -> LocalFile:
    (folder / "published.txt").write_bytes(content)
    return LocalFile(folder / "published.txt", "published.txt")


def test_similarity_gets_a_header_and_tabs(tmp_path: Path) -> None:
    assert (
        write_gold_set("wordsim353", local(tmp_path, b"love\tsex\t6.77\r\ntiger cat 7.35\r\n"), tmp_path / "gold") == 2
    )
    written = (tmp_path / "gold" / "wordsim353.tsv").read_bytes()
    assert written == b"word1\tword2\tscore\nlove\tsex\t6.77\ntiger\tcat\t7.35\n"


def test_analogies_stay_as_published_and_sections_are_not_counted(tmp_path: Path) -> None:
    content = b": capital-common-countries\nAthens Greece Baghdad Iraq\n: family\nboy girl brother sister\n"
    assert write_gold_set("google-analogies", local(tmp_path, content), tmp_path / "gold") == 2
    assert (tmp_path / "gold" / "google-analogies.txt").read_bytes() == content


def test_a_line_of_another_form_is_refused_by_number(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match="line 2 is not two words and a score"):
        write_gold_set("men", local(tmp_path, b"sun\tsunlight\t50.0\nhalf a line here\n"), tmp_path / "gold")
