"""All blocks: each claim has one, its numbers stand in the files that it names, its command is one that there is."""

import shlex
from pathlib import Path

import pytest
import typer
from report.lecture.said_numbers import unfounded

from firth.cli import app
from firth.measures.result_columns import COLUMNS
from firth.report import reading
from firth.report.findings import Findings
from firth.report.lecture.block import Block, Verdict
from firth.report.lecture.chapters import CHAPTERS
from firth.report.lecture.claims import CLAIMS
from firth.tables import read_run
from firth.workspace import Workspace

ROOT = Path(__file__).parents[3]
BLOCKS = [block for chapter in CHAPTERS for block in chapter.blocks]
WITHOUT_COMMAND = {  # the claim is no question to a model, or its example is not in git
    *("sparse", "negative-sampling", "features", "larger-ngrams", "exploding", "clipping", "source-perplexity"),
    *("bottleneck", "vector-size", "long-way", "gated-encoders", "quality"),
}


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
        _, _, name = source.partition(":")
        found = (ROOT / "reports" / "studies" / "metrics").glob(f"{name}*.json") if name else []
        assert source in COLUMNS or any(found), source


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.anchor)
def test_numbers_of_a_finding_stand_in_its_files(block: Block, recorded: Findings) -> None:
    assert unfounded(block, recorded) == []


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.anchor)
def test_block_without_results_is_not_tested_and_says_no_number(block: Block) -> None:
    empty = Findings({}, {}, {}, {}, {}, {}, [], None, {}, {})
    judgment = block.judge(empty)
    assert judgment.verdict in (Verdict.UNTESTED, Verdict.EXPLAINED) and judgment.number == ""
    assert block.example(empty) is None and judgment.finding.endswith(".") and "`" not in judgment.finding


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
