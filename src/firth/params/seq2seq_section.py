"""Sections ``seq2seq`` and ``seq2seq_overrides`` as a whole: the keys of training and of search."""

from typing import TYPE_CHECKING, Self

from pydantic import model_validator

from firth.params.overrides import override_of
from firth.params.search_params import SearchParams
from firth.params.section import Section
from firth.params.seq2seq_params import Seq2seqParams


class Seq2seqSection(Seq2seqParams, SearchParams):
    """The whole section, whose keys decide the weights or the decoding, and none of them both."""

    @model_validator(mode="after")
    def _one_order(self) -> Self:
        if self.bidirectional and self.reverse_source:
            raise ValueError("bidirectional reads the source from both ends; make it or reverse_source false")
        return self

    def training(self) -> Seq2seqParams:
        """The keys that decide the weights."""
        return self.part(Seq2seqParams)

    def search(self) -> SearchParams:
        """The keys that decide how a trained network is decoded."""
        return self.part(SearchParams)


if TYPE_CHECKING:
    Seq2seqOverride = Section
else:
    Seq2seqOverride = override_of(Seq2seqSection, without=["initial_embeddings"])  # which is a dependency in dvc.yaml


class Seq2seqOverrides(Section):
    """Any keys of ``seq2seq`` but ``initial_embeddings``, by attention and by task; the keys of a task win."""

    translation: Seq2seqOverride
    qa: Seq2seqOverride
    none: Seq2seqOverride
    additive: Seq2seqOverride
    dot: Seq2seqOverride
    general: Seq2seqOverride
