"""Notes which code of the project a process runs from ``execute`` on; Python imports this file at its start.

It has to stand on PYTHONPATH. Modules of the project are compiled with a note at the start of each function, so that
libraries run at their full speed. At the end a line ``module qualified-name`` for each function goes into
``$FIRTH_TRACES/ITEM.PID``; a module's own code, run when it is imported, is ``<module>``, or ``<before>`` if that was
before ``execute``. Worker processes count too.
"""

import ast
import atexit
import builtins
import os
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

MARK = f"{os.sep}src{os.sep}firth{os.sep}"
ENTRY = "firth.execute execute"
seen: set[str] = set()
started = any("multiprocessing" in argument for argument in sys.orig_argv)
compiled = SourceFileLoader.get_code


def note(place: str) -> None:
    global started  # noqa: PLW0603
    started = started or place == ENTRY
    if started:
        seen.add(place)
    elif place.endswith("<module>"):
        seen.add(place.replace("<module>", "<before>"))


def with_notes(loader: SourceFileLoader, module: str) -> CodeType | None:
    """The code of a module, with notes if it is the project's; replaces ``SourceFileLoader.get_code``."""
    path = loader.get_filename(module)
    if MARK not in path:
        return compiled(loader, module)
    tree = ast.parse(loader.get_data(path), path)
    add_notes(tree, module, "")
    future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    tree.body.insert(tree.body.index(future[-1]) + 1 if future else 0, note_of(module, "<module>"))
    return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


def add_notes(node: ast.AST, module: str, prefix: str) -> None:
    """Begin each function below a node with a note, except those that numba compiles."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            if "jit" not in "".join(map(ast.unparse, child.decorator_list)):
                add_notes(child, module, f"{prefix}{child.name}.<locals>.")
                child.body.insert(
                    1 if ast.get_docstring(child) is not None else 0, note_of(module, prefix + child.name)
                )
        else:
            add_notes(child, module, f"{prefix}{child.name}." if isinstance(child, ast.ClassDef) else prefix)


def note_of(module: str, name: str) -> ast.stmt:
    return ast.parse(f"__note__({f'{module} {name}'!r})").body[0]


def write() -> None:
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if seen and arguments:
        folder = Path(os.environ["FIRTH_TRACES"])
        folder.mkdir(exist_ok=True)
        lines = "".join(f"{place}\n" for place in sorted(seen))
        (folder / f"{'-'.join(arguments)}.{os.getpid()}").write_text(lines, encoding="utf-8")


if "FIRTH_TRACES" in os.environ:
    builtins.__note__ = note
    SourceFileLoader.get_code = with_notes
    atexit.register(write)
