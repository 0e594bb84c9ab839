"""Section ``models``: which models are trained and measured. ``dvc.yaml`` makes one stage of each entry."""

from typing import Annotated, Literal, TypeVar, get_args

from pydantic import AfterValidator, Field

from firth.params.lm_params import Cell
from firth.params.section import Section
from firth.params.seq2seq_params import Attention, Task

Network = Literal["feedforward", "rnn", "gru", "lstm", "transformer"]
LanguageModelName = Literal["ngram", Network]
Space = Literal["counts", "svd", "word2vec"]

NETWORKS: tuple[Network, ...] = get_args(Network)
RECURRENT_NETWORKS: tuple[Cell, ...] = get_args(Cell)
LANGUAGE_MODELS: tuple[LanguageModelName, ...] = get_args(LanguageModelName)
ATTENTIONS: tuple[Attention, ...] = get_args(Attention)
TASKS: tuple[Task, ...] = get_args(Task)
SPACES: tuple[Space, ...] = get_args(Space)

Name = TypeVar("Name")


def _different(names: list[Name]) -> list[Name]:
    if len(set(names)) != len(names):
        raise ValueError("an entry stands there twice; name each once")
    return names


Names = Annotated[list[Name], AfterValidator(_different)]


class ModelsParams(Section):
    """Lists of names: networks ⊆ language models, recurrent networks ⊆ networks."""

    networks: Annotated[Names[Network], Field(min_length=1)]
    recurrent_networks: Names[Cell]
    language_models: Annotated[Names[LanguageModelName], Field(min_length=1)]
    attentions: Annotated[Names[Attention], Field(min_length=1)]

    def missing_networks(self) -> dict[str, list[str]]:
        """Networks that a list of measured models names and ``networks`` does not: list → names."""
        trained = {"ngram", *self.networks}
        measured: dict[str, list[str]] = {
            "recurrent_networks": [*self.recurrent_networks],
            "language_models": [*self.language_models],
        }
        absent = {key: [name for name in names if name not in trained] for key, names in measured.items()}
        return {key: names for key, names in absent.items() if names}
