"""A checkout runs its own code, whichever checkout is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from firth.launch import own_source

ROOT = Path(__file__).parents[1]


def test_the_source_of_a_folder_is_that_of_the_nearest_checkout(tmp_path: Path) -> None:
    assert own_source(ROOT / "studies") == ROOT / "src"
    assert own_source(tmp_path) is None


def test_a_copy_with_an_edited_source_runs_the_edit(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src" / "firth", tmp_path / "src" / "firth", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "constraints.txt", tmp_path)
    cli = tmp_path / "src" / "firth" / "cli.py"
    cli.write_text(cli.read_text(encoding="utf-8") + '\n\ndef main() -> None:\n    print("edited")\n', encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", "from firth.launch import main; main()"]
    found = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout == "edited\n"


SCRIPT = "import sys; from firth.launch import prepare_streams; prepare_streams(); "


def test_output_is_utf_8_whatever_the_locale_says() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    script = SCRIPT + r"print('caf\u00e9'); print('\u4f60 \udcff', file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
    assert (done.stdout.decode("utf-8"), done.stderr.decode("utf-8")) == ("café\n", "你 \\udcff\n")


def test_streams_that_are_closed_are_empty(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    script = f"{SCRIPT}assert sys.stdin.read() == ''; print('lost'); open('file', 'w').write('kept')"
    command = f'"{sys.executable}" -c "{script}" <&- >&- 2>&-'
    subprocess.run(["bash", "-c", command], env=environment, cwd=tmp_path, check=True)
    assert (tmp_path / "file").read_text() == "kept"
