"""The keys of section ``seq2seq`` that the search of a trained network reads."""

from typing import Annotated

from pydantic import BaseModel, Field

from firth.params.section import Section


class SearchParams(Section):
    """How a trained network is decoded: greedily with a beam of one, otherwise by beam search."""

    beam_size: Annotated[int, Field(ge=1, le=100)]
    length_penalty: Annotated[float, Field(ge=0, le=10)]
    max_length: Annotated[int, Field(ge=1, le=2000)]


class DecodingSettings(BaseModel):
    """What decoding needs of ``settings/evaluate_seq2seq-TASK-ATTENTION.json``."""

    search: SearchParams
    precision: str
