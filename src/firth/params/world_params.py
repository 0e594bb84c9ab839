"""Section ``world``: how much text of each role the built-in world gives."""

from typing import Annotated

from pydantic import Field

from firth.params.section import Section

Depth = Annotated[int, Field(ge=0, le=3)]
Sample = Annotated[int, Field(ge=100, le=2_000_000)]  # a sentence takes a kilobyte of memory


class WorldText(Section):
    sentences: Sample
    max_depth: Depth


class WorldPairs(Section):
    pairs: Sample
    max_depth: Depth


class WorldStories(Section):
    stories: Sample
    max_sentences: Annotated[int, Field(ge=2, le=8)]


class WorldParams(Section):
    embeddings: WorldText
    lm: WorldText
    translation: WorldPairs
    qa: WorldStories


WORLD: dict[str, type[Section]] = {
    "embeddings": WorldText,
    "lm": WorldText,
    "translation": WorldPairs,
    "qa": WorldStories,
}
