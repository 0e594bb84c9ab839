"""Every command and every piece of Python that README and docs show is run on the small experiment.

A block is exempt by a line ``<!-- not run: REASON -->`` above it: one that needs a network, another machine or hours.
"""

import re
import shutil
import sys
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest
from pipeline.project import ROOT, Project

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^>]+) -->\n)?(?P<indent> *)```(?P<language>bash|python)\n(?P<code>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)
REASONS = {  # the blocks that are not run, and why
    "README.md": ["the tests run this test"],
    "asking.md": ["serves until Ctrl-C"],
    "benchmarks.md": ["installs packages"],
    "experiments.md": ["trains several times"],
    "extending.md": ["checks the source, not an experiment", *["a part of a function"] * 2],
    "own-text.md": ["takes hours"],
    "team.md": [
        "installs packages",
        *["needs a server"] * 2,
        *["needs another machine"] * 2,
        "needs two branches in conflict",
    ],
}
TEAM = "/mnt/shared/firth"
EACH_BY_ITSELF = "import sys\nfor code in sys.argv[1:]:\n    exec(code, {'__name__': '__main__'})"


@dataclass(frozen=True)
class Block:
    """A piece of code in a document."""

    language: str
    code: str
    reason: str | None


def blocks(document: Path) -> list[Block]:
    """The blocks of bash and Python in a document, in order."""
    return [
        Block(match["language"], match["code"], match["reason"])
        for match in BLOCK.finditer(document.read_text(encoding="utf-8"))
    ]


RUN = [path for path in DOCUMENTS if any(not block.reason for block in blocks(path))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_few_blocks_are_exempt(document: Path) -> None:
    reasons = [block.reason for block in blocks(document) if block.reason]
    assert sorted(reasons) == sorted(REASONS.get(document.name, []))


@pytest.fixture(scope="module")
def cache(small_build: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DVC's cache for all documents: an experiment that two of them show is trained once."""
    return shutil.copytree(small_build.root / ".dvc" / "cache", tmp_path_factory.mktemp("documents") / "cache")


@pytest.mark.parametrize("document", RUN, ids=lambda path: path.name)
def test_commands_in_documents_do_what_they_say(document: Path, built: Project, cache: Path, tmp_path: Path) -> None:
    prepare(built, cache, tmp_path)
    shown = [block for block in blocks(document) if not block.reason]
    for language, group in groupby(shown, key=lambda block: block.language):
        codes = [block.code.replace(TEAM, str(tmp_path / "team")) for block in group]
        if language == "python":
            built.run("env", f"PYTHONPATH={built.root / 'src'}", "python", "-c", EACH_BY_ITSELF, *codes)
        else:
            for code in codes:
                built.run("bash", "-euo", "pipefail", "-c", code)


def prepare(project: Project, cache: Path, folder: Path) -> None:
    """What the documents take for granted: the environment, a file of somebody's own, an origin with two branches."""
    (project.root / ".dvc" / "config.local").write_text(f"[cache]\n    dir = {cache}\n")
    environment = project.root / ".venv"
    environment.mkdir()
    (environment / "bin").symlink_to(Path(sys.executable).parent)
    (environment / "installed").touch()
    with (project.root / "params.yaml").open("a", encoding="utf-8") as file:
        file.write("# Something to commit\n")
    project.run("git", "branch", "--force", "feature", "built")
    project.run("git", "clone", "--quiet", "--bare", str(project.root), str(folder / "origin"))
    project.run("git", "config", "remote.origin.url", str(folder / "origin"))
    project.run("git", "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    project.run("git", "config", "branch.main.remote", "origin")
    project.run("git", "config", "branch.main.merge", "refs/heads/main")
