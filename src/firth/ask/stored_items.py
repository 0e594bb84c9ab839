"""The scores of test items that an experiment has stored: in DVC's cache, by the checksums in its dvc.lock."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from firth.ask.recorded_outputs import object_path, read_listing
from firth.lock_file import recorded_checksums, recorded_stages
from firth.measures.headline_numbers import split_number

if TYPE_CHECKING:
    from firth.measures.scored_items import ScoredItems

LOCK = "dvc.lock"
FETCH = "dvc fetch -A evaluate_lm evaluate_seq2seq"

Content = TypeVar("Content")


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
        found = split_number(number)
        if found is None:
            return None
        item, name = found
        if item not in self._found:
            from firth.measures.scored_items import SCORED_ITEMS, load_items  # here, because numpy takes a while

            self._found[item] = self.read(item, SCORED_ITEMS, load_items)
        return self._found[item].get(name)

    def read(self, item: str, name: str, parse: Callable[[Path], Content]) -> Content:
        """The content of a file of an evaluation, such as ``evaluate_lm-gru``, from its object in DVC's cache.

        Raises
        ------
        NotStoredError
            As ``find``, and if the object is damaged.
        """
        try:
            return parse(self._object(item, name))
        except FileNotFoundError:
            raise NotStoredError(f"not in DVC's cache; `{FETCH}`") from None
        except (OSError, ValueError, KeyError):
            raise NotStoredError("DVC's cache is damaged; `firth verify` says where") from None

    def _object(self, item: str, name: str) -> Path:
        """The object of a file of an evaluation."""
        checksum = self._checksums.get(f"evaluations/{item}")
        if checksum is None:
            raise NotStoredError(f"no scores of test items in {LOCK} of {self.label}")
        files = read_listing(object_path(_cache(self.folder), checksum))
        if name not in files:
            raise NotStoredError(f"measured before {name} was stored: {self.label}")
        return object_path(_cache(self.folder), files[name])

    @cached_property
    def _checksums(self) -> dict[str, str]:
        """Of the outputs, by path; none without a dvc.lock, or with one that is not DVC's."""
        try:
            return recorded_checksums(recorded_stages(self.lock or "").values())
        except ValueError:
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
