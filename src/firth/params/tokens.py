"""Section ``tokens``: from text to ids."""

from typing import Annotated

from pydantic import Field

from firth.params.section import Count, Section


class WordTokens(Section):
    lowercase: bool
    min_count: Count
    max_size: Count


class SubwordTokens(Section):
    lowercase: bool
    vocabulary_size: Annotated[int, Field(ge=300)]


class TokensParams(Section):
    embeddings: WordTokens
    lm: WordTokens
    translation: SubwordTokens
    qa: WordTokens
