"""`firth check` on a folder remote that lacks what the last commit names."""

from pathlib import Path

import pytest
from ask.small_pipeline import make_pipeline, run

from firth.ask.unpushed import warn_unpushed


def test_outputs_that_the_last_commit_names_and_a_folder_remote_lacks_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def warning() -> str:
        warn_unpushed(folder)
        output, errors = capsys.readouterr()
        assert output == ""
        return errors

    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    folder, team = tmp_path / "project", tmp_path / "team"
    make_pipeline(folder)
    assert warning() == ""  # no remote is set up
    run(folder, f"dvc remote add --local --default team '{team}'")
    lacking = "warning: the remote lacks outputs that the last commit names: {}; "
    advice = "`dvc push` sends them from where they were built\n"
    assert warning() == lacking.format("models, page.html") + advice
    run(folder, "dvc push --quiet page.html")
    assert warning() == lacking.format("models") + advice
    run(folder, "dvc push --quiet")
    assert warning() == ""
    (folder / "dvc.lock").write_text("schema: '2.0'\nstages: {}\n")  # the last commit counts
    (one,) = [path for path in team.rglob("*") if path.is_file() and path.read_bytes() == b"22"]
    one.unlink()
    assert warning() == lacking.format("models") + advice
    run(folder, "dvc remote modify --local team url s3://bucket/team")
    assert warning() == ""  # only a folder is looked into
