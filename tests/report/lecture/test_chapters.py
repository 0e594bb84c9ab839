"""All blocks: each claim has one, its numbers stand in the files that it names, its command is one that there is."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import typer

from firth.cli import app
from firth.measures.result_columns import COLUMNS
from firth.report import reading
from firth.report.findings import Findings
from firth.report.lecture.block import Block, Verdict
from firth.report.lecture.chapters import CHAPTERS
from firth.report.lecture.claims import CLAIMS
from firth.tables import flatten, read_run
from firth.workspace import Workspace

ROOT = Path(__file__).parents[3]
BLOCKS = [block for chapter in CHAPTERS for block in chapter.blocks]
WITHOUT_COMMAND = {  # the claim is no question to a model, or its example is not in git
    *("sparse", "negative-sampling", "features", "larger-ngrams", "exploding", "clipping", "source-perplexity"),
    *("bottleneck", "vector-size", "long-way", "gated-encoders", "quality"),
}
NUMBER = re.compile(r"(?<![\w.,])[-−]?(\d[\d,]*(?:\.\d+)?)(?:·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?( ?%| million| billion)?")
SCALES = {None: 1, "%": 0.01, " %": 0.01, " million": 1e6, " billion": 1e9}
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@pytest.fixture(scope="module")
def recorded() -> Findings:
    """The results in ``reports``, as they are in git: tables and studies, without models."""
    workspace = Workspace(ROOT)
    studies, study_curves = reading.read_studies(workspace)
    return Findings(
        corpora={},
        sentences={},
        settings={},
        tables=reading.read_tables(workspace.details),
        headline=read_run(workspace.headline, flat=True),
        samples={},
        missing_words=[],
        word_map=None,
        studies=studies,
        study_curves=study_curves,
    )


def test_each_claim_of_the_lecture_has_a_block() -> None:
    assert {number for block in BLOCKS for number in block.claims} == set(CLAIMS)


def test_anchors_of_blocks_and_chapters_are_unique() -> None:
    anchors = [chapter.anchor for chapter in CHAPTERS] + [block.anchor for block in BLOCKS]
    assert len(anchors) == len(set(anchors))


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.anchor)
def test_block_names_files_that_there_are(block: Block) -> None:
    for source in block.sources:
        kind, _, name = source.partition(":")
        found = (ROOT / "reports" / "studies" / "metrics").glob(f"{name}*.json") if name else []
        assert kind == "headline" or source in {*COLUMNS, "texts"} or any(found), source


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.anchor)
def test_numbers_of_a_finding_stand_in_its_files(block: Block, recorded: Findings) -> None:
    judgment = block.judge(recorded)
    values = list(numbers_of(block, recorded))
    for text, shown in numbers_in(judgment.finding):
        assert any(rounds_to(value, shown) for value in values), f"{text} in: {judgment.finding}"
    assert judgment.number in judgment.finding


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.anchor)
def test_block_without_results_is_not_tested_and_says_no_number(block: Block) -> None:
    empty = Findings({}, {}, {}, {}, {}, {}, [], None, {}, {})
    judgment = block.judge(empty)
    assert judgment.verdict in (Verdict.UNTESTED, Verdict.EXPLAINED) and judgment.number == ""
    assert block.example(empty) is None and judgment.finding.endswith(".")


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.anchor)
def test_command_of_a_block_is_one_that_there_is(block: Block, recorded: Findings) -> None:
    if not (typed := block.command(recorded)):
        assert block.anchor in WITHOUT_COMMAND
        return
    program, name, *arguments = shlex.split(typed.rpartition(" | ")[2])
    command = typer.main.get_command(app)
    assert program == "firth"
    found = command.commands[name]  # type: ignore[attr-defined]
    found.make_context(name, arguments)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.anchor)
def test_a_run_without_words_has_no_command(block: Block) -> None:
    assert block.command(Findings({}, {}, {}, {}, {}, {}, [], None, {}, {})) == ""


def numbers_in(sentence: str) -> Iterator[tuple[str, tuple[float, float]]]:
    """Each number of a sentence as it stands there, with the bounds of what rounds to it."""
    for found in NUMBER.finditer(sentence):
        digits, exponent, unit = found.groups()
        _, _, decimals = digits.partition(".")
        scale = 10.0 ** int((exponent or "0").translate(SUPERSCRIPTS)) * SCALES[unit]
        value, half = float(digits.replace(",", "")), 0.5 * 10.0 ** -len(decimals)
        yield found[0], ((value - half) * scale, (value + half) * scale)


def rounds_to(value: float, bounds: tuple[float, float]) -> bool:
    low, high = bounds
    slack = 1e-6 * abs(high)
    return low - slack <= abs(value) <= high + slack


def numbers_of(block: Block, findings: Findings) -> Iterator[float]:
    """All numbers in the files that a block names; of groups such as ``6-10``, both ends."""
    for source in block.sources:
        if source == "headline":
            yield from (value for value in findings.headline.values() if value is not None)
        elif source.startswith("study:"):
            prefix = source.removeprefix("study:")
            for name, metrics in findings.studies.items():
                if name.startswith(prefix):
                    flat = flatten(dict(metrics))
                    yield from (float(value) for value in flat.values() if isinstance(value, int | float))
                    yield from (float(part) for key in flat for part in re.findall(r"\d+(?:\.\d+)?", key))
        elif source in findings.tables:
            frame = findings.tables[source]
            yield from pd.to_numeric(frame.stack(), errors="coerce").dropna().tolist()
            texts = set(frame.select_dtypes(exclude="number").stack().dropna().map(str))
            yield from (float(part) for text in texts for part in re.findall(r"\d+(?:\.\d+)?", text))
