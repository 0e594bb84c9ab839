"""``firth merge``: settles the conflicts of a git merge in params.yaml, dvc.lock and the files that stages write."""

import hashlib
import logging
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError
from pathlib import Path
from typing import Any

from firth.errors import FirthError, listed
from firth.failures import first_line
from firth.git import CONFLICT
from firth.lock_file import Records, locked, recorded_checksums, recorded_stages
from firth.merging.git_operation import GitOperation, git_operation
from firth.merging.lock_merge import (
    BASE,
    OURS,
    THEIRS,
    Choice,
    choose_records,
    chosen_records,
    in_order,
)
from firth.merging.params_merge import merge_params
from firth.output_lock import output_lock
from firth.params.experiment import load_params
from firth.params.pipeline_items import pipeline_items
from firth.workspace import Workspace, write_text


def print_merged(folder: Path) -> None:
    """Settle the conflicts of the merge that git has stopped in, so that ``firth repro`` has the least to run.

    params.yaml is merged key by key. ``settings/`` and ``code/`` are written anew. dvc.lock takes, for each stage item,
    the record of the side whose inputs are the merged ones, with that side's files in ``reports/``; its cached outputs
    are checked out.

    Parameters
    ----------
    folder : of the experiment; the pipeline in its folder ``studies`` is merged with it.

    Raises
    ------
    FirthError
        If git is merging nothing, a key of params.yaml was changed on both sides, other files are in conflict, stages
        would read each other's outputs, or DVC or a stage is at work; nothing is changed then. Or the merged params are
        not valid, or DVC cannot check out the outputs.
    """
    operation = git_operation(folder)
    if not (folder / "dvc.yaml").exists() or (folder.parent / "dvc.yaml").exists():
        raise FirthError(
            f"{folder}: not the main folder of a pipeline; run `firth merge` there, it merges studies/ too"
        )
    places = [place for place in (folder, folder / "studies") if (place / "dvc.yaml").exists()]
    pipelines = [MergedPipeline(operation, place) for place in places]
    _refuse_others(operation, pipelines)
    for pipeline in pipelines:
        pipeline.refuse_cycle()
    texts = {pipeline.workspace.params: pipeline.merged_params() for pipeline in pipelines}
    concerned = [pipeline for pipeline in pipelines if pipeline.is_concerned()]
    written = [pipeline for pipeline in pipelines if pipeline in concerned or texts[pipeline.workspace.params]]
    with ExitStack() as locks:
        repos = {pipeline.folder: locks.enter_context(pipeline.locked()) for pipeline in written}
        for path, text in texts.items():
            if text is not None:
                write_text(path, text)
        operation.add(pipeline.path("params.yaml") for pipeline in pipelines)
        for pipeline in concerned:
            for line in pipeline.merge(repos[pipeline.folder]):
                print(line, flush=True)
    studies = any(pipeline.folder != folder for pipeline in concerned)
    build, added = ("make studies", " studies") if studies else ("firth repro", "")
    print(f"next: `{build}`, `git add dvc.lock settings code reports{added}`, `{operation.conclusion}`")


@dataclass(frozen=True)
class MergedPipeline:
    """One pipeline, a folder with dvc.yaml and params.yaml, in a merge."""

    operation: GitOperation
    folder: Path

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.folder)

    def path(self, name: str) -> str:
        """A path of the pipeline, as git names it."""
        return os.path.relpath(self.folder.resolve() / name, self.operation.top.resolve())

    @cached_property
    def sides(self) -> dict[str, Records]:
        """What dvc.lock records on each side."""
        return {side: self._records(side) for side in (OURS, THEIRS, BASE)}

    @property
    def generated(self) -> set[str]:
        """The folders that the merge writes anew."""
        return {self.path("settings"), self.path("code")}

    @property
    def written(self) -> set[str]:
        """Everything that no person writes: dvc.lock and all outputs."""
        outs = recorded_checksums(record for records in self.sides.values() for record in records.values())
        return {self.path("dvc.lock"), *map(self.path, outs), *self.generated}

    def refuse_cycle(self) -> None:
        """Refuse stages that read each other's outputs if what the sides record is put together."""
        try:
            in_order(self.sides)
        except CycleError as error:
            raise FirthError(
                f"{self.path('dvc.lock')}: in both sides together, these stages read each other's outputs: "
                f"{listed(sorted(set(error.args[1])))}; abort the merge, put them into one order in dvc.yaml of both "
                "sides, build and merge again"
            ) from None

    def is_concerned(self) -> bool:
        """Whether a side has changed a record, or a file that a stage writes is in conflict."""
        return not self.sides[OURS] == self.sides[THEIRS] == self.sides[BASE] or any(
            _is_within(file, self.written) for file in self.operation.unmerged()
        )

    def merged_params(self) -> str | None:
        """The text of params.yaml, merged key by key; None if it is not in conflict, or a person has settled it."""
        name = self.path("params.yaml")
        if name not in self.operation.unmerged() or not CONFLICT.search(self.workspace.params.read_text("utf-8")):
            return None
        base, ours, theirs = (self.operation.text(side, name) for side in (BASE, OURS, THEIRS))
        return merge_params(base, ours, theirs, layout=self.operation.merged_by_line(name), name=name)

    @contextmanager
    def locked(self) -> Iterator[Any]:
        """Hold DVC's lock and that of every stage item, recorded or not, and yield DVC's repository."""
        recorded = {item.replace("@", "-") for records in self.sides.values() for item in records}
        items = {"code", "check", *recorded, *(item.name for item in pipeline_items(self.folder))}
        with ExitStack() as locks:
            repo = locks.enter_context(locked(self.folder))
            for item in sorted(items):
                locks.enter_context(output_lock(self.workspace.lock(item), item))
            yield repo

    def merge(self, repo: Any) -> Iterator[str]:
        """Merge dvc.lock and what the stages write; yields what was done.

        Parameters
        ----------
        repo : DVC's repository, as ``locked`` yields it.
        """
        from firth.stages import check, code

        code.run(self.workspace)
        check.run(load_params(self.workspace.params), self.workspace)
        choices = choose_records(self.sides, self._checksum)
        for side in self.sides:
            records = [from_side.get(item, {}) for from_side in self.sides.values() for item in _from(side, choices)]
            self.operation.restore(side, set(map(self.path, recorded_checksums(records))) - self.generated)
        self._write_lock(chosen_records(self.sides, choices))
        self.operation.add({self.path("dvc.lock"), *self.generated})
        yield from self._checked_out(repo, choices)

    def _records(self, side: str) -> Records:
        name = self.path("dvc.lock")
        try:
            return recorded_stages(self.operation.text(side, name))
        except ValueError:
            raise FirthError(f"{name} ({side}): not DVC's; `git merge --abort`, then mend it on that side") from None

    def _checksum(self, name: str) -> str | None:
        path = self.folder / name
        if path.is_dir():
            return None
        return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if path.exists() else ""

    def _write_lock(self, records: Records) -> None:
        from dvc.utils.serialize import dumps_yaml

        write_text(self.folder / "dvc.lock", dumps_yaml({"schema": "2.0", "stages": dict(records)}))

    def _checked_out(self, repo: Any, choices: dict[str, Choice]) -> Iterator[str]:
        """Check out the outputs that the merged dvc.lock records."""
        from dvc.exceptions import CheckoutError, DvcException

        logging.getLogger("dvc_data").setLevel(logging.ERROR)  # it warns of outputs that no side has built
        place = os.path.relpath(self.folder)
        dvc = "dvc" if place == "." else f"dvc --cd {place}"
        try:
            yield self._summary(choices, {getattr(stage, "name", "") for stage in repo.index.stages})
            repo.checkout()
        except CheckoutError as error:
            names = listed(sorted(error.target_infos))
            yield f"not in DVC's cache: {names}; `{dvc} pull` fetches them, else `firth repro` builds them anew"
        except DvcException as error:
            reason = first_line(error).rstrip(".")
            raise FirthError(
                f"{self.path('dvc.lock')} is merged, but DVC stopped: {reason}; then run `{dvc} checkout`"
            ) from error

    def _summary(self, choices: dict[str, Choice], stages: set[str]) -> str:
        items = [item for item in choices if item in stages]  # dvc.lock keeps items that params.yaml does not list
        counts = Counter(choices[item].side for item in items if choices[item].fits)
        taken = ", ".join(f"{counts[side]:,} of {side}" for side in (OURS, THEIRS, BASE) if counts[side])
        left = [item for item in items if not choices[item].fits]
        anew = f"; to build anew: {listed(left)}" if left else ""
        return f"{self.path('dvc.lock')}: records that fit: {taken or 'none'}{anew}"


def _from(side: str, choices: dict[str, Choice]) -> list[str]:
    return [item for item, choice in choices.items() if choice.side == side]


def _refuse_others(operation: GitOperation, pipelines: list[MergedPipeline]) -> None:
    """Refuse files in conflict that no stage writes: a person has to settle them first."""
    written = {path for pipeline in pipelines for path in pipeline.written}
    params = {pipeline.path("params.yaml") for pipeline in pipelines if pipeline.workspace.params.exists()}
    others = [file for file in operation.unmerged() - params if not _is_within(file, written)]
    if others:
        raise FirthError(
            f"in conflict: {listed(sorted(others))}; edit and `git add` them, then run `firth merge` again"
        )


def _is_within(file: str, paths: set[str]) -> bool:
    return not paths.isdisjoint(str(place) for place in (Path(file), *Path(file).parents))
