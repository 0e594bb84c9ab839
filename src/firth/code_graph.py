"""Which code a stage item can run, and a digest of it that comments, docstrings and layout don't change.

The import graph (grimp) is followed from ``firth.execute`` on, which imports each stage inside ``case "STAGE":``. An
import inside a ``case`` of literal item words, such as ``case "rnn" | "gru" | "lstm":``, belongs to the items that have
one of these words, and an import inside its ``case _`` to the items that have none of them. For other items the case
is left out of the module, so that a new network, or a change in one network's file, does not concern the others.
Beside the modules there are the files of data that they name, and the pinned versions of the libraries that they
import.
"""

import ast
import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import grimp

from firth.errors import FirthError
from firth.params.pipeline_items import ARGUMENTS, Item

ENTRY = "firth.execute"
ENTRIES = {"check": "firth.stages.check"}  # has no settings yet
DIGITS = 16  # of a digest
ITEM_WORDS = frozenset(ARGUMENTS) | frozenset(chain.from_iterable(chain.from_iterable(ARGUMENTS.values())))
# Libraries whose name on the package index is not that of their module.
DISTRIBUTIONS = {
    "lightning_fabric": "pytorch-lightning",
    "ruamel": "ruamel-yaml",
    "sklearn": "scikit-learn",
    "vl_convert": "vl-convert-python",
    "yaml": "pyyaml",
}
UNHASHED = {"ctx", "kind", "type_comment", "type_ignores", "type_params"}  # say nothing, or differ between Pythons


@dataclass(frozen=True)
class CodeGraph:
    """The modules of the package below ``source``, the folder that holds ``firth``."""

    source: Path
    pins: dict[str, str]  # canonical name of a distribution → version

    @classmethod
    def of(cls, checkout: Path) -> "CodeGraph":
        """The code of a checkout of the project.

        Raises
        ------
        FirthError
            If the file of pinned versions is not there.
        """
        path = checkout / "constraints.txt"
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            raise FirthError(f"{path}: not found; `git checkout constraints.txt` brings it back") from None
        pins = [line.partition("==") for line in lines if "==" in line and not line.startswith("#")]
        return cls(checkout / "src", {_canonical(name): version for name, _, version in pins})

    @cached_property
    def _graph(self) -> Any:
        return grimp.build_graph(
            "firth", include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
        )

    @cached_property
    def _imports(self) -> dict[str, dict[str, frozenset[int]]]:
        """Module of firth → the modules and libraries that it imports → the lines that do so."""
        return {
            module: {
                imported: frozenset(
                    detail["line_number"]
                    for detail in self._graph.get_import_details(importer=module, imported=imported)
                )
                for imported in self._graph.find_modules_directly_imported_by(module)
            }
            for module in self._graph.modules
            if module.split(".")[0] == "firth"
        }

    def listing(self, item: Item) -> str:
        """The content of ``code/ITEM.txt``: a line for each module and file of data (digest) and library (version)."""
        modules = sorted(module for module in self.modules(item) if not self._is_empty(module))
        data = sorted({path for module in modules for path in self._data(module, words_of(item, module))})
        libraries = sorted({name for module in modules for name in self._libraries(module, words_of(item, module))})
        lines = [f"{module} {self.digest(module, item)}" for module in modules]
        lines += [f"{path.relative_to(self.source).as_posix()} {_file_digest(path)}" for path in data]
        lines += [f"{name} {self._version(name)}" for name in libraries]
        return "\n".join(lines) + "\n"

    def modules(self, item: Item) -> set[str]:
        """The modules that an item can import, parent packages included."""
        found: set[str] = set()
        waiting = [ENTRIES.get(item.stage, ENTRY)]
        while waiting:
            module = waiting.pop()
            if module in found:
                continue
            found.add(module)
            parent = module.rpartition(".")[0]
            waiting += [parent] if parent else []
            waiting += [
                name for name in self._imported(module, words_of(item, module)) if name.split(".")[0] == "firth"
            ]
        return found

    def _imported(self, module: str, words: frozenset[str]) -> Iterator[str]:
        """Modules and libraries that a module imports, those in cases of other items left out."""
        path = self._file(module)
        left_out = _left_out_lines(path, words & _words_of_cases(path))
        return (imported for imported, lines in self._imports[module].items() if not lines <= left_out)

    def _libraries(self, module: str, words: frozenset[str]) -> Iterator[str]:
        roots = (name.split(".")[0] for name in self._imported(module, words))
        return (root for root in roots if root != "firth" and root not in sys.stdlib_module_names)

    def _version(self, library: str) -> str:
        """The pinned version of a library.

        Raises
        ------
        FirthError
            If constraints.txt doesn't pin it.
        """
        name = _canonical(DISTRIBUTIONS.get(library, library))
        if name not in self.pins:
            raise FirthError(f"constraints.txt: no version of {name}, which src/firth imports; add it")
        return self.pins[name]

    def _data(self, module: str, words: frozenset[str]) -> Iterator[Path]:
        """Files of data beside a module that it names by a string, and all of a folder of data that it names."""
        path = self._file(module)
        beside = _data_files(path.parent)
        named = _strings(path, words & _words_of_cases(path)) if beside else frozenset()
        return chain.from_iterable(beside[name] for name in named & beside.keys())

    def digest(self, module: str, item: Item) -> str:
        """Of the part of a module's syntax tree that an item can run."""
        path = self._file(module)
        return _digest(path, words_of(item, module) & _words_of_cases(path))

    def _is_empty(self, module: str) -> bool:
        tree = self._tree(module)
        return not _without_docstring(tree, tree.body)

    def _tree(self, module: str) -> ast.Module:
        return _parsed(self._file(module))

    def _file(self, module: str) -> Path:
        return _source_file(self.source, module)


def words_of(item: Item, module: str) -> frozenset[str]:
    """The item words that choose among the cases of a module; in ``ENTRY`` these are stages, whatever the arguments."""
    return frozenset([item.stage] if module == ENTRY else [item.stage, *item.arguments])


def _canonical(distribution: str) -> str:
    """A distribution's name as the package index compares it."""
    return re.sub(r"[-_.]+", "-", distribution.strip()).lower()


@cache
def _source_file(source: Path, module: str) -> Path:
    path = source.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _data_files(folder: Path) -> dict[str, list[Path]]:
    """The files of data in a folder by name, and those in the folders of data beside them by the folder's name."""
    folders = [path for path in folder.iterdir() if path.is_dir() and not any(path.glob("*.py"))]
    files = {path: [path] for path in folder.iterdir()} | {path: sorted(path.iterdir()) for path in folders}
    code = {".py", ".pyc", ".typed"}
    return {named.name: [p for p in found if p.is_file() and p.suffix not in code] for named, found in files.items()}


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _matches(path: Path) -> list[ast.Match]:
    return [node for node in ast.walk(_parsed(path)) if isinstance(node, ast.Match)]


@cache
def _words_of_cases(path: Path) -> frozenset[str]:
    """The item words that the cases of a module name."""
    return frozenset().union(*(_case_words(case) for match in _matches(path) for case in match.cases))


@cache
def _digest(path: Path, words: frozenset[str]) -> str:
    return hashlib.sha256(_described(_parsed(path), words).encode()).hexdigest()[:DIGITS]


@cache
def _strings(path: Path, words: frozenset[str]) -> frozenset[str]:
    """The strings in a module, those in cases of other items left out."""
    constants = (node for node in _nodes(_parsed(path), words) if isinstance(node, ast.Constant))
    return frozenset(node.value for node in constants if isinstance(node.value, str))


def _file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:DIGITS]


def _has_import(case: ast.match_case) -> bool:
    return any(isinstance(statement, ast.Import | ast.ImportFrom) for statement in case.body)


def _case_words(case: ast.match_case) -> frozenset[str]:
    """The literals of a case that imports something; none where it is no case of item words."""
    patterns = case.pattern.patterns if isinstance(case.pattern, ast.MatchOr) else [case.pattern]
    values = [
        str(pattern.value.value)
        for pattern in patterns
        if isinstance(pattern, ast.MatchValue) and isinstance(pattern.value, ast.Constant)
    ]
    are_words = len(values) == len(patterns) and ITEM_WORDS.issuperset(values)
    return frozenset(values) if _has_import(case) and are_words else frozenset()


def _cases_of_others(node: ast.Match, words: frozenset[str]) -> list[ast.match_case]:
    """The cases that belong to other items; ``case _`` belongs to the items that no case before it names."""
    named = frozenset().union(*map(_case_words, node.cases))
    left_out = []
    for case in node.cases:
        literals = _case_words(case)
        is_rest = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and _has_import(case)
        if (literals and not literals & words) or (is_rest and named & words):
            left_out.append(case)
    return left_out


@cache
def _left_out_lines(path: Path, words: frozenset[str]) -> frozenset[int]:
    """Lines of the cases that belong to other items."""
    return frozenset(
        line
        for node in _matches(path)
        for case in _cases_of_others(node, words)
        for statement in case.body
        for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    )


def _fields(node: ast.AST, words: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """Names and values of the fields of a node, by name, without the cases that belong to other items."""
    for name in sorted(node._fields):
        field = getattr(node, name, None)
        if isinstance(node, ast.Match) and name == "cases":
            others = _cases_of_others(node, words)
            field = [case for case in node.cases if case not in others]
        yield name, field


def _nodes(node: ast.AST, words: frozenset[str]) -> Iterator[ast.AST]:
    """A node and all below it, without the cases that belong to other items."""
    yield node
    for _, field in _fields(node, words):
        for child in field if isinstance(field, list) else [field]:
            if isinstance(child, ast.AST):
                yield from _nodes(child, words)


def _described(value: Any, words: frozenset[str]) -> str:
    """A syntax tree as text, the same under every Python: node types and fields, without docstrings and positions.

    The cases that belong to other items than those of ``words`` are left out.
    """
    if isinstance(value, list):
        return f"[{''.join(_described(item, words) for item in value)}]"
    if not isinstance(value, ast.AST):
        return repr(value)
    parts = []
    for name, field in _fields(value, words):
        hashed = _without_docstring(value, field) if name == "body" and isinstance(field, list) else field
        if name not in UNHASHED and hashed not in (None, []):
            parts.append(f" {name}={_described(hashed, words)}")
    return f"({type(value).__name__}{''.join(parts)})"


def _without_docstring(node: ast.AST, body: list[ast.stmt]) -> list[ast.stmt]:
    documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    first = body[0] if body else None
    is_text = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return body[1:] if documented and is_text else body
