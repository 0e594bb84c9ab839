"""The layout of the code: names, sizes, and the one direction in which rooms import one another."""

import ast
from collections import Counter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "src" / "firth").rglob("*.py"))
DOMAIN = ("corpora", "world", "vectors", "ngram", "lm", "seq2seq")
ABOVE_DOMAIN = ("measures", "report", "studies", "stages", "ask", "live", "cli")
LAYERS = {  # room → rooms that it must not import
    **dict.fromkeys(DOMAIN, ABOVE_DOMAIN),
    **dict.fromkeys(("kernels", "training", "text"), (*DOMAIN, *ABOVE_DOMAIN)),
    "params": (*DOMAIN, "text", "training", "kernels", *ABOVE_DOMAIN),
    "measures": ("report", "studies", "stages", "ask", "live", "cli"),
    "report": ("studies", "stages", "ask", "live", "cli"),
    "studies": ("report", "stages", "ask", "live", "cli"),
    "stages": ("ask", "live", "cli"),
    "ask": ("live", "cli"),
    "live": ("studies", "stages", "cli"),
}


def repeated(names: list[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def test_no_two_modules_have_one_name() -> None:
    assert repeated([path.name for path in FILES if path.name not in ("__init__.py", "__main__.py")]) == []


def test_no_two_classes_have_one_name() -> None:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in FILES)
    assert repeated([node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]) == []


def test_every_type_of_several_words_is_defined_once() -> None:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in FILES)
    types = [
        " ".join(sorted(ast.unparse(word) for word in node.slice.elts))
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and ast.unparse(node.value) == "Literal"
        and isinstance(node.slice, ast.Tuple)
    ]
    assert repeated(types) == []


def test_files_are_short_and_stages_shorter() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {path.name: lines for path, lines in lengths.items() if lines > 300} == {}
    assert {path.name: lines for path, lines in lengths.items() if path.parent.name == "stages" and lines > 60} == {}
    assert len((ROOT / "dvc.yaml").read_text(encoding="utf-8").splitlines()) <= 230


@pytest.mark.parametrize("room", LAYERS)
def test_imports_run_one_way(room: str) -> None:
    graph = grimp.build_graph("firth", exclude_type_checking_imports=True, cache_dir=None)
    above = {f"firth.{other}" for other in LAYERS[room]}
    found = {
        (module, imported)
        for module in graph.modules
        if module == f"firth.{room}" or module.startswith(f"firth.{room}.")
        for imported in graph.find_modules_directly_imported_by(module)
        if ".".join(imported.split(".")[:2]) in above
    }
    assert found == set()
