"""What `firth merge` refuses before it writes anything; what it does is tested with DVC, in tests/pipeline."""

from pathlib import Path

import pytest
from ask.small_pipeline import run
from merging.diverged_branches import make_diverged_branches

from firth.errors import FirthError
from firth.merging.merge_command import print_merged


@pytest.fixture
def merging(tmp_path: Path) -> Path:
    """A pipeline with studies in a merge with conflicts in a source file and in dvc.lock."""
    run(tmp_path, "mkdir studies src && touch dvc.yaml studies/dvc.yaml")
    make_diverged_branches(tmp_path, record)
    run(tmp_path, "! git merge side")
    return tmp_path


def record(folder: Path, content: str) -> None:
    (folder / "src" / "model.py").write_text(content)
    (folder / "dvc.lock").write_text(f"stages: {{lm: {{cmd: {content}}}}}\n")


def test_a_conflict_in_a_source_file_has_to_be_settled_first(merging: Path) -> None:
    before = run(merging, "git status --porcelain && cat dvc.lock src/model.py")
    with pytest.raises(FirthError) as refused:
        print_merged(merging)
    assert str(refused.value) == "in conflict: src/model.py; edit and `git add` them, then run `firth merge` again"
    assert run(merging, "git status --porcelain && cat dvc.lock src/model.py") == before


@pytest.mark.parametrize("name", ["src", "studies"])
def test_another_folder_is_refused(merging: Path, name: str) -> None:
    with pytest.raises(FirthError, match="not the main folder of a pipeline; run `firth merge` there"):
        print_merged(merging / name)
