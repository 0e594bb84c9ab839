"""The description of a corpus, written and read."""

import json
from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.text.corpus_description import CorpusDescription, read_description, write_description

PAIR: CorpusDescription = {"language": {"source": "en", "target": "fr"}, "tokenized": False, "world": True}
LYRICS: CorpusDescription = {
    "name": "é", "language": "fr", "tokenized": True, "license": "MIT", "citation": "x", "world": False,
}  # fmt: skip


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    for description in (PAIR, LYRICS):
        write_description(tmp_path, description)
        assert read_description(tmp_path) == description
        assert json.loads((tmp_path / "corpus.json").read_text(encoding="utf-8")) == description


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"language": {"source": "en"}}, "language"),
        ({"tokenized": 1}, "tokenized: Input should be a valid boolean"),
        ({"name": None}, "name: Input should be a valid string"),
    ],
)
def test_another_description_is_refused(tmp_path: Path, changes: dict[str, object], fault: str) -> None:
    folder = tmp_path / "data" / "raw" / "lm"
    folder.mkdir(parents=True)
    (folder / "corpus.json").write_text(json.dumps({**LYRICS, **changes}))
    with pytest.raises(FirthError, match=rf"corpus\.json: damaged .*{fault}.*`dvc repro download@lm`"):
        read_description(folder)
