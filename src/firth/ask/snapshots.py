"""Params and headline numbers of an experiment, as a commit has them or as the files in the workspace are."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firth.ask.named_experiments import named_experiments
from firth.ask.seeds_file import SEEDS, Seeds, read_seeds
from firth.ask.stored_items import LOCK, StoredItems
from firth.errors import FirthError, shown
from firth.git import git, git_if_possible
from firth.params.params_text import parse_yaml

PARAMS, HEADLINE = "params.yaml", "reports/headline.json"
REASONS = "reports/details/not_measured.csv"  # is there only if something is not measured
OTHERS = (REASONS, LOCK, SEEDS)  # files that an experiment may lack
WORKSPACE = "workspace"
LONGEST_SUBJECT = 50  # characters of a commit's subject


@dataclass(frozen=True)
class Snapshot:
    """An experiment at one moment: its params by dotted key, and its headline numbers.

    ``not_measured`` says of each number that the text or the models don't give, why. ``items`` are the scores of test
    items. ``seeds`` is the spread over seeds that its files hold, if they do.
    """

    label: str
    params: Mapping[str, Any]
    numbers: Mapping[str, float]
    not_measured: Mapping[str, str]
    items: StoredItems
    seeds: Seeds | None = None


def workspace(folder: Path) -> Snapshot:
    """The experiment as the files in ``folder`` are."""
    contents = []
    for name in (PARAMS, HEADLINE):
        path = folder / name
        if path.exists() and not path.is_file():
            raise FirthError(f"{path}: is no regular file; move it away")
        try:
            contents.append(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            advice = "build it with `make repro`" if name == HEADLINE else "run this where params.yaml is"
            raise FirthError(f"{path}: not there; {advice}") from None
        except UnicodeDecodeError as error:
            raise FirthError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    params, headline = contents
    others = {name: (folder / name).read_text("utf-8", "replace") for name in OTHERS if (folder / name).exists()}
    return _snapshot(WORKSPACE, params, headline, others, StoredItems(folder, WORKSPACE, others.get(LOCK)))


def committed(folder: Path, revision: str) -> Snapshot:
    """The experiment in ``folder`` as a commit, tag, branch or experiment of DVC's has it."""
    commit = _commit(folder, revision)
    subject = git(folder, "log", "-1", "--format=%h %s", commit).strip()
    label = f"{shown(revision)} ({cut(subject, LONGEST_SUBJECT)})"
    contents = []
    for name in (PARAMS, HEADLINE):
        content = git_if_possible(folder, "show", f"{commit}:./{name}")
        if content is None:
            raise FirthError(f"{label} has no {name}; name a commit that has one (git log -- {name})")
        contents.append(content)
    params, headline = contents
    answers = {name: git_if_possible(folder, "show", f"{commit}:./{name}") for name in OTHERS}
    others = {name: content for name, content in answers.items() if content is not None}
    return _snapshot(label, params, headline, others, StoredItems(folder, shown(revision), others.get(LOCK)))


def cut(text: str, longest: int) -> str:
    """A text of at most ``longest`` characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def params_of(text: str, label: str) -> dict[str, Any]:
    """The content of a params file by dotted key."""
    try:
        sections = parse_yaml(text, PARAMS) or {}
        if not isinstance(sections, dict):
            raise ValueError
    except (FirthError, ValueError):
        raise FirthError(f"{PARAMS} ({label}): not the YAML of an experiment; `firth check` says where") from None
    return _dotted(sections)


def _snapshot(label: str, params: str, headline: str, others: Mapping[str, str], items: StoredItems) -> Snapshot:
    values = params_of(params, label)
    try:
        numbers = {str(name): value for name, value in json.loads(headline).items() if _is_number(value)}
    except (ValueError, AttributeError, RecursionError):
        raise FirthError(
            f"{HEADLINE} ({label}): not the JSON of headline numbers (a merge conflict?); `dvc repro` writes it anew"
        ) from None
    reasons = others.get(REASONS, "").splitlines()
    rows = [row for row in csv.reader(reasons) if len(row) == 2][1:]  # number, reason
    seeds = read_seeds(others[SEEDS], label) if SEEDS in others else None
    return Snapshot(label, values, numbers, dict(rows), items, seeds)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _dotted(section: Mapping[Any, Any], prefix: str = "") -> dict[str, Any]:
    """Nested sections as one level, keys joined by dots; an empty section is a value."""
    flat: dict[str, Any] = {}
    for key, value in section.items():
        if isinstance(value, dict) and value:
            flat.update(_dotted(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _commit(folder: Path, revision: str) -> str:
    """The commit that a revision names; an experiment of DVC's is named by its name too."""
    if git_if_possible(folder, "rev-parse", "--git-dir") is None:
        raise FirthError(f"{folder}: not in a git repository, so there is no commit to compare with")
    name = f"{revision}^{{commit}}"
    commit = git_if_possible(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    if commit is None:
        found = list(named_experiments(folder, revision).values())
        if not found:
            raise FirthError(
                f"{shown(revision)}: no commit, tag, branch or experiment of that name (git log, dvc exp list)"
            )
        commit = found[-1]
    return commit.strip()
