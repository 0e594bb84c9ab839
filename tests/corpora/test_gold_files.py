"""Gold sets are written in one form."""

from pathlib import Path

import pytest

from firth.corpora.archives import LocalFile
from firth.corpora.gold_files import write_gold_set
from firth.errors import FirthError


def written(folder: Path, content: bytes) -> list[tuple[str, bytes]]:
    (folder / "published.txt").write_bytes(content)
    write_gold_set("set", [LocalFile(folder / "published.txt", "published.txt")], folder / "gold")
    return [(path.name, path.read_bytes()) for path in (folder / "gold").iterdir()]


def test_similarity_gets_a_header_and_tabs(tmp_path: Path) -> None:
    found = written(tmp_path, b"love\tsex\t6.77\r\ntiger cat 7.35\r\n")
    assert found == [("set.tsv", b"word1\tword2\tscore\nlove\tsex\t6.77\ntiger\tcat\t7.35\n")]


def test_analogies_stay_as_published(tmp_path: Path) -> None:
    content = b": capital-common-countries\nAthens Greece Baghdad Iraq\n: family\nboy girl brother sister\n"
    assert written(tmp_path, content) == [("set.txt", content)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"sun\tsunlight\t50.0\nhalf a line here\n", "line 2 is not two words and a number"),
        (b"word1\tword2\tscore\n", "line 1 is not two words and a number"),
        (b"a b nan\n", "line 1 is not two words and a number"),
        (b"a b c d\ne f 1.0\n", "line 2 is not four words"),
    ],
)
def test_a_line_of_another_form_is_refused_by_number(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(FirthError, match=message):
        written(tmp_path, content)
