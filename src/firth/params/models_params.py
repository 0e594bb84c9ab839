"""Section ``models``: which models are trained and measured. ``dvc.yaml`` makes one stage of each entry."""

from itertools import product
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

from firth.params.cells import Cell
from firth.params.model_names import LanguageModelName, Network
from firth.params.section import Section
from firth.params.task_names import Attention, Task

Name = TypeVar("Name")


def _different(names: list[Name]) -> list[Name]:
    if len(set(names)) != len(names):
        raise ValueError("an entry stands there twice; name each once")
    return names


Names = Annotated[list[Name], AfterValidator(_different)]


class ModelsParams(Section):
    """Lists of names: networks ⊆ language models, recurrent networks ⊆ networks."""

    networks: Names[Network]
    recurrent_networks: Names[Cell]
    language_models: Annotated[Names[LanguageModelName], Field(min_length=1)]
    tasks: Names[Task]
    attentions: Annotated[Names[Attention], Field(min_length=1)]

    @property
    def encoder_decoders(self) -> list[tuple[Task, Attention]]:
        """Task and attention of every encoder–decoder."""
        return [*product(self.tasks, self.attentions)]

    def missing_networks(self) -> dict[str, list[str]]:
        """Networks that a list of measured models names and ``networks`` does not: list → names."""
        trained = {"ngram", *self.networks}
        measured: dict[str, list[str]] = {
            "recurrent_networks": [*self.recurrent_networks],
            "language_models": [*self.language_models],
        }
        absent = {key: [name for name in names if name not in trained] for key, names in measured.items()}
        return {key: names for key, names in absent.items() if names}
