"""README and docs/: results are those of the metrics, links lead somewhere, and the README stays short."""

import re
from pathlib import Path

import pytest
import yaml

from firth.report.results_document import reader, results_document

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = [README, *sorted((ROOT / "docs").glob("*.md"))]
GENERATED = [path for path in DOCUMENTS if path.with_suffix(".yaml").exists()]

LINK = re.compile(r"!?\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
NUMBER = re.compile(r"[\d,]*\d(?:\.\d+)?")
PATH = re.compile(r"`((?:src/firth|presets|benchmarks)/[\w./]+)`")
DECIMAL = re.compile(r"(?<!Python )(?<![\w.])\d+\.\d+(?![\w.])")


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading: lower case, hyphens for spaces, without other punctuation."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


def sections(document: Path) -> dict[str, str]:
    """Anchor → text below the heading, up to the next one."""
    text = CODE.sub("", document.read_text(encoding="utf-8"))
    parts = HEADING.split(text)[1:]
    return {anchor(heading): body for heading, body in zip(parts[::2], parts[1::2], strict=True)}


def links(document: Path) -> list[tuple[str, Path, str]]:
    """Text, target file and anchor of every relative link."""
    found = []
    for match in LINK.finditer(CODE.sub("", document.read_text(encoding="utf-8"))):
        file, _, place = match["target"].partition("#")
        if not file.startswith(("http:", "https:", "mailto:")):
            found.append((match["text"], (document.parent / file).resolve() if file else document, place))
    return found


@pytest.mark.parametrize("document", GENERATED, ids=lambda path: path.name)
def test_a_document_of_results_is_what_its_list_gives_for_the_recorded_metrics(document: Path) -> None:
    source = document.with_suffix(".yaml")
    content = yaml.safe_load(source.read_text(encoding="utf-8"))
    expected = results_document(content, reader(ROOT), source.relative_to(ROOT).as_posix())
    assert document.read_text(encoding="utf-8") == expected, "run `make results`"


def test_results_and_studies_are_such_documents() -> None:
    assert {path.name for path in GENERATED} >= {"results.md", "studies.md"}


def test_the_readme_has_at_most_150_lines_and_the_pipeline_220() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 150
    assert len((ROOT / "dvc.yaml").read_text(encoding="utf-8").splitlines()) <= 220


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_relative_links_lead_to_a_file_and_a_heading(document: Path) -> None:
    for _, target, place in links(document):
        assert target.exists(), f"{document.name}: {target} does not exist"
        if place:
            assert place in sections(target), f"{document.name}: {target.name} has no heading #{place}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_linked_number_stands_in_the_section_that_it_links_to(document: Path) -> None:
    for text, target, place in links(document):
        if NUMBER.fullmatch(text):
            assert text in NUMBER.findall(sections(target)[place]), f"{document.name}: {text} is not in #{place}"


def test_every_result_in_the_readme_is_linked_to_a_document_of_results() -> None:
    plain = LINK.sub("", CODE.sub("", README.read_text(encoding="utf-8")))
    assert DECIMAL.findall(plain) == []
    numbers = [target for text, target, _ in links(README) if NUMBER.fullmatch(text)]
    assert numbers
    assert set(numbers) <= set(GENERATED)


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if path not in GENERATED], ids=lambda path: path.name)
def test_no_result_of_the_generated_tables_is_typed_into_another_table(document: Path) -> None:
    """Hand-written tables hold names and times; docs/benchmarks.md has numbers that are no metrics.

    docs/report.md, which is written from the code, has thresholds.
    """
    rows = [line for line in CODE.sub("", document.read_text(encoding="utf-8")).splitlines() if line.startswith("|")]
    if document.name not in ("benchmarks.md", "report.md"):
        assert [row for row in rows if DECIMAL.search(LINK.sub("", row))] == []


@pytest.mark.parametrize(
    "document", [path for path in DOCUMENTS if path.name != "renamed.md"], ids=lambda path: path.name
)
def test_every_file_of_the_source_that_a_document_names_is_there(document: Path) -> None:
    for line in document.read_text(encoding="utf-8").splitlines():
        if "| new: " not in line:
            for name in PATH.findall(line):
                assert (ROOT / name).exists(), f"{document.name}: {name}"


def test_nothing_is_left_to_fill_in() -> None:
    assert [path.name for path in DOCUMENTS if "@@" in path.read_text(encoding="utf-8")] == []
