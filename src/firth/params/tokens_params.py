"""Section ``tokens``: from text to ids."""

from typing import Annotated, Literal

from pydantic import Field

from firth.params.section import Count, Section


class WordTokens(Section):
    lowercase: bool
    min_count: Count
    max_size: Count


class TranslationTokens(Section):
    lowercase: bool
    units: Literal["subwords", "words"]
    joint: bool
    vocabulary_size: Annotated[int, Field(ge=300)]


class TokensParams(Section):
    embeddings: WordTokens
    lm: WordTokens
    translation: TranslationTokens
    qa: WordTokens


TOKENS: dict[str, type[Section]] = {
    "embeddings": WordTokens,
    "lm": WordTokens,
    "translation": TranslationTokens,
    "qa": WordTokens,
}
