"""The line of an error names the file that it is about, and what builds it."""

import errno
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from firth.failures import first_line, message
from firth.workspace import Workspace, writing


def test_an_input_that_is_missing_is_named_and_not_the_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    workspace = Workspace(tmp_path)
    tokens = workspace.tokens("lm") / "train.npy"
    with pytest.raises(FileNotFoundError) as caught, writing(workspace.model("lm-lstm")):
        np.load(tokens)
    assert message(caught.value) == (
        f"error: {tokens}: No such file or directory; build it with `dvc repro tokenize@lm` and run again"
    )
    weights = tmp_path / "weights.safetensors"  # whose error names the file in its text alone
    with pytest.raises(FileNotFoundError) as caught, writing(workspace.model("lm-lstm")):
        load_file(weights)
    assert message(caught.value) == f"error: No such file or directory: {weights}; bring it back and run again"


def test_a_checkout_in_a_folder_named_as_one_of_the_pipeline_s_names_no_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "models" / "firth"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    error = FileNotFoundError(errno.ENOENT, "No such file or directory", str(folder / "notes.txt"))
    assert message(error) == f"error: {folder}/notes.txt: No such file or directory; bring it back and run again"


def test_an_input_that_cannot_be_read_is_named_and_not_the_output(tmp_path: Path) -> None:
    with pytest.raises(PermissionError) as caught, writing(tmp_path / "out"):
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "in"))
    assert message(caught.value) == f"error: {tmp_path}/in: Permission denied; mend that and run again"


def test_a_file_under_way_has_the_name_that_it_gets(tmp_path: Path) -> None:
    with pytest.raises(PermissionError) as caught, writing(tmp_path / "out") as folder:
        raise PermissionError(errno.EACCES, "Permission denied", folder / ".a.json.partial")
    assert message(caught.value) == f"error: {tmp_path}/out/a.json: Permission denied; mend that and run again"


def test_an_error_that_names_no_file_has_the_name_of_the_output(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Input/output") as caught, writing(tmp_path / "out"):
        raise OSError(errno.EIO, "Input/output error")
    assert message(caught.value) == f"error: {tmp_path}/out: Input/output error; mend that and run again"


@pytest.mark.parametrize(
    ("text", "line"),
    [("one fault", "one fault"), ("a fault\nat a place", "a fault"), ("", "ValueError"), ("a\tb\n", "aU+0009b")],
)
def test_of_an_error_with_several_lines_or_none_a_message_has_one(text: str, line: str) -> None:
    assert first_line(ValueError(text)) == line
