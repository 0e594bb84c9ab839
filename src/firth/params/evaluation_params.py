"""Section ``evaluation``."""

from glob import has_magic
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Tag, field_validator, model_validator

from firth.params.corpora_params import OwnFile
from firth.params.section import Section

GoldSet = Literal[
    "wordsim353",
    "wordsim353-similarity",
    "wordsim353-relatedness",
    "men",
    "simlex999",
    "rg65",
    "mturk771",
    "rw",
    "google-analogies",
]


class OwnGoldSet(OwnFile):
    """A gold set of the user's own, in one file: two words and a number a line, or four words a line (analogies)."""

    @model_validator(mode="after")
    def _has_a_name(self) -> "OwnGoldSet":
        if isinstance(self.path, list) or has_magic(self.path or "") or not self.name:
            raise ValueError(
                "a gold set is one file, and its scores get the file's name; give its path, without * or first dot"
            )
        return self

    @property
    def name(self) -> str:
        """The name of its file, without suffixes."""
        return self.file_name.partition(".")[0]


def _kind(value: Any) -> str:
    return "catalog" if isinstance(value, str) else "own"


GoldSource = Annotated[Annotated[GoldSet, Tag("catalog")] | Annotated[OwnGoldSet, Tag("own")], Discriminator(_kind)]


class EvaluationParams(Section):
    gold_sets: list[GoldSource]

    @field_validator("gold_sets")
    @classmethod
    def _distinct(cls, gold_sets: list[Any]) -> list[Any]:
        names = [gold_set_name(gold_set) for gold_set in gold_sets]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two gold sets are called {name!r}; leave one out, or rename its file")
        return gold_sets


def gold_set_name(gold_set: str | OwnGoldSet) -> str:
    """The name of a gold set, of the catalog or one's own, in files and measures."""
    return gold_set if isinstance(gold_set, str) else gold_set.name
