"""The scores of test items that an experiment has stored: in DVC's cache, by the checksums in its dvc.lock."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from firth.ask.recorded_outputs import object_path, read_listing

if TYPE_CHECKING:
    from firth.measures.scored_items import ScoredItems

LOCK = "dvc.lock"
FETCH = "dvc fetch -A evaluate_lm evaluate_seq2seq"
SCORED_ITEMS = "items.safetensors"  # as measures.scored_items has it, which imports numpy
EVALUATIONS = (  # headline number → the evaluation that measures it, and its name there
    (re.compile("lm_(ngram|feedforward|rnn|gru|lstm|transformer)_(.+)"), "evaluate_lm-"),
    (re.compile("translation_(none|additive|dot|general)_(.+)"), "evaluate_seq2seq-translation-"),
    (re.compile("qa_(none|additive|dot|general)_(.+)"), "evaluate_seq2seq-qa-"),
)


class NotStoredError(Exception):
    """The scores of items can't be read; the message is the reason, for people."""


class StoredItems:
    """What an experiment has stored of its test items.

    Parameters
    ----------
    folder : of the experiment.
    label : the revision, for reasons.
    lock : the content of its dvc.lock; None if it has none.
    """

    def __init__(self, folder: Path, label: str, lock: str | None) -> None:
        self.folder, self.label, self.lock = folder, label, lock
        self._found: dict[str, dict[str, ScoredItems]] = {}

    def find(self, number: str) -> ScoredItems | None:
        """The test items of a headline number; None for a number that is no score of test items.

        Raises
        ------
        NotStoredError
            If dvc.lock records no such items, or DVC's cache does not hold them.
        """
        for pattern, prefix in EVALUATIONS:
            if match := pattern.fullmatch(number):
                evaluation, name = f"evaluations/{prefix}{match[1]}", match[2]
                if evaluation not in self._found:
                    self._found[evaluation] = self._load(evaluation)
                return self._found[evaluation].get(name)
        return None

    def file(self, evaluation: str, name: str) -> Path:
        """The object of a file of an evaluation in DVC's cache.

        Raises
        ------
        NotStoredError, OSError, ValueError, KeyError
            As ``find``; or the cache does not hold the list of the files, or holds a damaged one.
        """
        checksum = self._checksums.get(evaluation)
        if checksum is None:
            raise NotStoredError(f"no scores of test items in {LOCK} of {self.label}")
        files = read_listing(object_path(_cache(self.folder), checksum))
        if name not in files:
            raise NotStoredError(f"measured before {name} was stored: {self.label}")
        return object_path(_cache(self.folder), files[name])

    def _load(self, evaluation: str) -> dict[str, ScoredItems]:
        from firth.measures.scored_items import load_items

        try:
            return load_items(self.file(evaluation, SCORED_ITEMS))
        except FileNotFoundError:
            raise NotStoredError(f"not in DVC's cache; `{FETCH}`") from None
        except (OSError, ValueError, KeyError):
            raise NotStoredError("DVC's cache is damaged; `firth verify` says where") from None

    @cached_property
    def _checksums(self) -> dict[str, str]:
        """Of the outputs, by path; none without a dvc.lock, or with one that is not DVC's."""
        import yaml

        try:
            content = yaml.load(self.lock or "", getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {"stages": {}}
            outs = (out for stage in content["stages"].values() for out in stage.get("outs", []))
            return {out["path"]: out["md5"] for out in outs if "md5" in out}
        except (yaml.YAMLError, KeyError, TypeError, AttributeError):
            return {}


@lru_cache(maxsize=4)
def _cache(folder: Path) -> Path:
    """Where DVC keeps its objects."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo(str(folder)) as repo:
            return Path(repo.cache.local.path)
    except DvcException as error:
        raise NotStoredError(f"{folder}: {error}") from None
