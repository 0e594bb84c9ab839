"""Lines of JSON and values read from it, of other kinds than expected."""

from pathlib import Path

import pytest
from typing_extensions import TypedDict

from firth.errors import FirthError
from firth.measures.json_records import check_kind, read_json_lines


class Answer(TypedDict):
    text: str
    score: float


def test_each_line_is_a_value_and_empty_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Tim É", "score": 1.5}\n\n{"text": "b", "score": 2}\n')
    assert read_json_lines(path, Answer, "x") == [{"text": "Tim É", "score": 1.5}, {"text": "b", "score": 2}]
    assert read_json_lines(path, Answer, "x", lowercase=True)[0]["text"] == "tim é"


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "b"}', '{"text": 1, "score": 2}'])
def test_a_line_of_another_kind_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.jsonl").write_text(f'{{"text": "a", "score": 1}}\n{line}\n')
    fault = r"a\.jsonl: line 2 is damaged or of another version \(.*\); build it again with `dvc repro some@stage`"
    with pytest.raises(FirthError, match=fault):
        read_json_lines(tmp_path / "a.jsonl", Answer, "some@stage")


def test_a_value_of_another_kind_is_named_by_its_key() -> None:
    check_kind({"text": "a", "score": 1.0}, Answer, Path("a.json"), "some@stage")
    with pytest.raises(FirthError, match=r"a\.json: damaged .* \(score: Field required\); .*`dvc repro some@stage`"):
        check_kind({"text": "a"}, Answer, Path("a.json"), "some@stage")
