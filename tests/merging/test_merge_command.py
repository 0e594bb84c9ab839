"""What `firth merge` refuses before it writes anything; what it does is tested with DVC, in tests/pipeline."""

from pathlib import Path

import pytest
import yaml
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


def test_stages_that_read_each_other_s_outputs_on_the_two_branches_are_refused(tmp_path: Path) -> None:
    run(tmp_path, "touch dvc.yaml")
    make_diverged_branches(tmp_path, record_order)
    run(tmp_path, "! git merge side")
    before = run(tmp_path, "git status --porcelain && cat dvc.lock")
    with pytest.raises(FirthError) as refused:
        print_merged(tmp_path)
    assert str(refused.value) == (
        "dvc.lock: in both sides together, these stages read each other's outputs: one, two; abort the merge, put them "
        "into one order in dvc.yaml of both sides, build and merge again"
    )
    assert run(tmp_path, "git status --porcelain && cat dvc.lock") == before


def record_order(folder: Path, content: str) -> None:
    """Ours has stage ``two`` read the output of ``one``, theirs ``one`` that of ``two``."""
    reads = {"ours": ("", "one"), "theirs": ("two", "")}.get(content, ("", ""))
    stages = {
        item: {
            "cmd": content,
            "deps": [{"path": read, "md5": content}] if read else [],
            "outs": [{"path": item, "md5": content}],
        }
        for item, read in zip(("one", "two"), reads, strict=True)
    }
    (folder / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))
