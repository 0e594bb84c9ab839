"""dvc.yaml names, for every stage, exactly the source files that can change its result."""

import ast
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
# These cannot change a result.
UNINVOLVED = {SOURCE / "firth" / name for name in ("errors.py", "workspace.py", "cli.py", "training/progress.py")}
PIPELINES = {
    folder: YAML(typ="safe").load((folder / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    for folder in (ROOT, ROOT / "studies")
}
STAGES = [(folder, stage) for folder, stages in PIPELINES.items() for stage in stages]


def module_file(name: str) -> Path | None:
    """The file of a module of the project, or None for a name inside a module or another library's."""
    path = SOURCE / Path(*name.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if name.split(".", maxsplit=1)[0] == "firth" and candidate.exists():
            return candidate
    return None


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imported_names(tree: ast.AST) -> list[str]:
    """Names that the code imports when it runs, wherever the import stands."""
    names: list[str] = []
    for node in ast.iter_child_nodes(tree):
        if is_type_checking(node):
            continue
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        names += imported_names(node)
    return names


def sources_of(file: Path, seen: set[Path] | None = None) -> set[Path]:
    """The file and everything of the project that it imports, directly or not, empty files aside."""
    seen = {file} if seen is None else seen
    for name in imported_names(ast.parse(file.read_text(encoding="utf-8"))):
        found = module_file(name)
        if found and found not in seen | UNINVOLVED:
            seen.add(found)
            sources_of(found, seen)
    return {path for path in seen if path.read_text(encoding="utf-8").strip()}


@pytest.mark.parametrize(("folder", "stage"), STAGES, ids=lambda part: getattr(part, "name", part))
def test_a_stage_declares_every_source_file_that_it_imports_and_no_other(folder: Path, stage: str) -> None:
    deps = [(folder / dep).resolve() for dep in PIPELINES[folder][stage]["deps"]]
    declared = [dep for dep in deps if dep.is_relative_to(SOURCE)]
    used = sources_of(SOURCE / "firth" / "stages" / f"{stage}.py") - {SOURCE / "firth" / "__init__.py"}
    undeclared = {path for path in used if not any(path.is_relative_to(dep) for dep in declared)}
    unused = {dep for dep in declared if not any(path.is_relative_to(dep) for path in used)}
    assert not undeclared, f"{stage} imports but does not declare {sorted(map(str, undeclared))}"
    assert not unused, f"{stage} declares but does not import {sorted(map(str, unused))}"


def test_compute_is_declared_by_no_stage() -> None:
    assert not [stage for folder, stage in STAGES if "compute" in str(PIPELINES[folder][stage].get("params"))]


def test_every_stage_file_is_in_a_pipeline() -> None:
    asking = {"queries", "language_queries", "sequence_queries", "answers"}
    shared = {"asked_text", "built_models", "languages", "sequence_models"}
    others = {"__init__", "check", *asking, *shared}  # which build nothing
    files = {path.stem for path in (SOURCE / "firth" / "stages").glob("*.py")} - others
    assert files == {stage for _, stage in STAGES}


def test_the_pipeline_reads_what_the_studies_found_and_nothing_else_of_them() -> None:
    deps = {dep for stage in PIPELINES[ROOT].values() for dep in stage["deps"]}
    assert {dep for dep in deps if "studies" in dep} == {"reports/studies"}
