"""What `code` says an item depends on, held against what a tracer sees the item's command run."""

import ast
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.project import ROOT, Project

from firth import code_graph
from firth.code_graph import CodeGraph
from firth.params.pipeline_items import Item, pipeline_items

FEWEST_PLACES = 40
Trace = dict[str, set[str]]  # module → functions that were run; ``<module>`` where it was imported


@pytest.fixture(scope="session")
def traces(small_build: Project) -> dict[str, Trace]:
    """Item → what its command ran, in the build of the small experiment."""
    found: dict[str, Trace] = defaultdict(lambda: defaultdict(set))
    for path in small_build.traces.iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            module, function = line.split(" ", 1)
            found[path.name.rpartition(".")[0]][module].add(function)
    return found


@pytest.fixture(scope="session")
def items(small_build: Project) -> dict[str, Item]:
    """The items that the small experiment has built, by name."""
    built = {path.stem for path in (small_build.root / "settings").iterdir()}
    return {item.name: item for item in pipeline_items(small_build.root) if item.name in built}


def test_every_item_was_traced(traces: dict[str, Trace], items: dict[str, Item]) -> None:
    assert set(items) <= set(traces)


def test_an_item_lists_every_module_that_its_command_runs(traces: dict[str, Trace], items: dict[str, Item]) -> None:
    graph = CodeGraph.of(ROOT)
    for name, item in items.items():
        run = {module for module, functions in traces[name].items() if functions != {"<before>"}}
        missing = run - graph.modules(item)
        assert not missing, f"{name} runs {sorted(missing)}, which code/{name}.txt does not name"


def places(traces: dict[str, Trace]) -> dict[tuple[str, str], set[str]]:
    """A function in each module that was run, and the items that ran it."""
    by_place: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, trace in traces.items():
        for module, functions in trace.items():
            for function in functions:
                if "<" not in function:
                    by_place[module, function].add(name)
    first = {module: (module, function) for module, function in sorted(by_place, reverse=True)}
    return {place: by_place[place] for place in sorted(first.values())}


def test_a_change_makes_stale_what_runs_it_and_nothing_that_does_not_import_it(
    traces: dict[str, Trace], items: dict[str, Item], tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "src" / "firth", tmp_path / "src" / "firth", ignore=shutil.ignore_patterns("__pycache__"))
    graph = CodeGraph(tmp_path / "src", CodeGraph.of(ROOT).pins)
    modules = {name: graph.modules(item) for name, item in items.items()}
    listings = {name: graph.listing(item) for name, item in items.items()}
    found = places(traces)
    rooms = {module.split(".")[1] for module, _ in found}
    assert len(found) >= FEWEST_PLACES
    assert rooms >= {"stages", "measures", "corpora", "world", "text", "vectors", "ngram", "lm", "seq2seq", "training"}
    for (module, function), runners in found.items():
        path = graph.source.joinpath(*module.split(".")).with_suffix(".py")
        path = path if path.exists() else path.with_suffix("") / "__init__.py"
        text = path.read_text(encoding="utf-8")
        path.write_text(mutated(text, function), encoding="utf-8")
        for cached in (code_graph._parsed, code_graph._digest, code_graph._matches, code_graph._words_of_cases):
            cached.cache_clear()
        changed = {name: f"{module} {graph.digest(module, items[name])}\n" for name in items if module in modules[name]}
        stale = {name for name, line in changed.items() if line not in listings[name]}
        path.write_text(text, encoding="utf-8")
        assert runners <= stale, f"{module} {function}: {sorted(runners - stale)} run it and stay"
        importers = {name for name, trace in traces.items() if module in trace}
        assert stale <= importers, f"{module} {function}: {sorted(stale - importers)} don't import it and become stale"


def mutated(text: str, qualified_name: str) -> str:
    """The text with one more statement at the start of a function."""
    (node,) = list(functions(ast.parse(text), qualified_name.replace(".<locals>", "").split(".")))[:1]
    body = [part for part in node.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    line = (body or node.body)[0].lineno - 1
    lines = text.splitlines(keepends=True)
    indent = " " * (body or node.body)[0].col_offset
    return "".join([*lines[:line], f"{indent}mutation = 1\n", *lines[line:]])


def functions(node: ast.AST, names: list[str]) -> Iterator[ast.FunctionDef]:
    """The functions below a node that have a qualified name."""
    for child in ast.walk(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and child.name == names[0]:
            if len(names) == 1 and isinstance(child, ast.FunctionDef):
                yield child
            elif len(names) > 1:
                yield from functions(child, names[1:])
