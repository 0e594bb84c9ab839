"""``import firth`` by itself: light, and no way from the stages to what asks."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import firth
from firth.code_graph import DISTRIBUTIONS, CodeGraph
from firth.params.pipeline_items import Item

ROOT = Path(__file__).parents[1]


def test_importing_the_package_imports_no_library() -> None:
    script = (
        "import sys\nbefore = set(sys.modules)\nimport firth\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)\n"
        "assert new == {'firth'}, new"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_load_is_there_and_other_names_are_not() -> None:
    assert firth.load.__module__ == "firth.ask.loading"
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        firth.lode  # noqa: B018


@pytest.mark.parametrize("item", [Item("svd", ()), Item("lm", ("lstm",)), Item("seq2seq", ("qa", "none"))])
def test_the_code_of_a_stage_does_not_include_what_asks(item: Item) -> None:
    modules = CodeGraph.of(ROOT).modules(item)
    assert "firth" in modules
    assert not [module for module in modules if module.startswith("firth.ask")]


def imported_libraries() -> Iterator[str]:
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield (node.module or "").split(".")[0]


def test_every_library_that_is_imported_is_declared_and_no_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {name.replace(".", "-") for name in project["dependencies"]}
    libraries = set(imported_libraries()) - sys.stdlib_module_names - {"firth"}
    assert declared == {DISTRIBUTIONS.get(name, name.replace("_", "-")) for name in libraries}


def test_every_file_of_the_package_is_installed() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "package-data"
    ]
    installed = {path for pattern in patterns["firth"] for path in (ROOT / "src" / "firth").glob(pattern)}
    files = (path for path in (ROOT / "src" / "firth").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert [path for path in files if path.suffix != ".py" and path not in installed] == []
