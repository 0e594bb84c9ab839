"""The commands for the experiment as a whole; those that ask models have a file each."""

from pathlib import Path

import pytest
import yaml
from ask.asking import Ask
from repositories import commit, make_repository

from firth import schedule
from firth.params.presets import listing, preset_text
from firth.report.pictures import PICTURES

PRESETS = Path(__file__).parents[2] / "presets"


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_presets_are_listed_and_shown_without_writing(ask: Ask, folder: Path) -> None:
    assert ask("preset") == ask("preset", "--list") == (0, rows(listing(PRESETS)), "")
    assert ask("preset", "benchmark", "--show") == (0, rows(preset_text(PRESETS, "benchmark")), "")
    assert list(folder.iterdir()) == []


def test_a_preset_becomes_the_params_of_the_current_folder_unless_changes_would_be_lost(ask: Ask, folder: Path) -> None:
    path = folder / "params.yaml"
    make_repository(folder)
    assert ask("preset", "benchmark").status == 0
    assert path.read_text(encoding="utf-8") == preset_text(PRESETS, "benchmark")
    status, _, errors = ask("preset", "world")
    assert (status, errors.count("\n")) == (2, 1)
    assert "not committed" in errors
    assert path.read_text(encoding="utf-8") == preset_text(PRESETS, "benchmark")
    assert ask("preset", "world", "--force").status == 0
    assert path.read_text(encoding="utf-8") == preset_text(PRESETS, "world")


@pytest.mark.parametrize("status", [0, 1, 130])
def test_repro_ends_with_the_status_of_the_build(
    ask: Ask, folder: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    built: list[tuple[list[str], int | None, Path]] = []

    def repro(targets: list[str], jobs: int | None, place: Path) -> int:
        built.append((targets, jobs, place))
        return status

    monkeypatch.setattr(schedule, "repro", repro)
    assert ask("repro").status == status
    assert ask("repro", "lm@lstm", "svd", "--jobs", "2").status == status
    assert built == [([], None, folder), (["lm@lstm", "svd"], 2, folder)]


def test_compare_shows_what_differs_between_commits_or_from_the_workspace(ask: Ask, folder: Path) -> None:
    (folder / "reports").mkdir()
    make_repository(folder)
    for seed, perplexity in ((1, 9.5), (2, 9.25), (3, 9.0)):
        (folder / "params.yaml").write_text(f"seed: {seed}\n")
        (folder / "reports" / "headline.json").write_text(f'{{"lm_lstm_test_perplexity": {perplexity}}}\n')
        if seed < 3:
            commit(folder, f"run {seed}")
    for revisions, seeds, numbers in (
        ([], ["2", "3"], ["9.25", "9.00"]),
        (["HEAD~1"], ["1", "3"], ["9.50", "9.00"]),
        (["HEAD~1", "HEAD"], ["1", "2"], ["9.50", "9.25"]),
    ):
        status, found, errors = ask("compare", *revisions)
        assert (status, errors) == (0, "")
        assert ["seed", seeds[0], "→", seeds[1]] in found
        assert any(row[:3] == ["lm_lstm_test_perplexity", *numbers] for row in found)


@pytest.mark.parametrize(("command", "words"), [("compare", "not in a git repository"), ("summary", "params.yaml")])
def test_without_anything_to_show_there_is_one_line(ask: Ask, command: str, words: str) -> None:
    status, found, errors = ask(command)
    assert (status, found, errors.count("\n")) == (2, [], 1)
    assert words in errors


def test_results_are_written_beside_their_lists(ask: Ask, folder: Path) -> None:
    (folder / "docs").mkdir()
    (folder / "reports").mkdir()
    drawings = (f'<svg aria-label="{description}: none"></svg>' for description in PICTURES.values())
    (folder / "reports" / "index.html").write_text("".join(drawings), encoding="utf-8")
    (folder / "lm.json").write_text('{"perplexity": 9.58855}')
    table = {
        "head": "model",
        "commit": "workspace",
        "file": "lm.json",
        "columns": [{"name": "perplexity", "metric": "perplexity", "decimals": 1}],
        "rows": [{"name": "LSTM"}],
    }
    content = {"title": "Mine", "text": "", "sections": [{"heading": "Models", "tables": [table]}]}
    (folder / "docs" / "mine.yaml").write_text(yaml.safe_dump(content))
    assert ask("results").status == 0
    assert "| LSTM | 9.6 |" in (folder / "docs" / "mine.md").read_text(encoding="utf-8")
    assert {path.name for path in (folder / "docs" / "pictures").iterdir()} == set(PICTURES)
