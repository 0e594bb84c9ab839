"""Section ``saliency``: example sentences for the saliency figures of the encoder–decoders."""

from typing import Annotated

from pydantic import Field

from firth.params.section import Section

Sentences = Annotated[list[Annotated[str, Field(max_length=1000)]], Field(max_length=100)]


class SaliencyParams(Section):
    translation: Sentences
    qa: Sentences
