"""Section ``saliency``: example sentences for the saliency figures of the encoder–decoders."""

from typing import Annotated

from pydantic import AfterValidator, Field

from firth.errors import shown
from firth.params.section import Section


def _with_a_word(sentence: str) -> str:
    if not any(character.isalnum() for character in sentence):
        raise ValueError(f"{shown(repr(sentence))} has no word; give a sentence")
    return sentence


Sentence = Annotated[str, Field(max_length=1000), AfterValidator(_with_a_word)]
Sentences = Annotated[list[Sentence], Field(max_length=100)]


class SaliencyParams(Section):
    translation: Sentences
    qa: Sentences
