"""Section ``tokens``: from text to ids."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from firth.params.section import Section

Segmentation = Literal["words", "characters", "subwords"]
FEWEST_SUBWORDS = 300  # 256 bytes, special symbols, and room for some merges


class TextTokens(Section):
    """Of a role with a single vocabulary."""

    segmentation: Segmentation
    lowercase: bool
    min_count: Annotated[int, Field(ge=1, le=1_000_000)]
    max_size: Annotated[int, Field(ge=4, le=1_000_000)]  # of which three may be special symbols

    @model_validator(mode="after")
    def _room_for_bytes(self) -> "TextTokens":
        if self.segmentation == "subwords" and self.max_size < FEWEST_SUBWORDS:
            raise ValueError(
                f"max_size = {self.max_size}: every byte is a subword; give {FEWEST_SUBWORDS} or more, "
                "or another segmentation"
            )
        return self


class TranslationTokens(Section):
    segmentation: Segmentation
    lowercase: bool
    joint: bool
    vocabulary_size: Annotated[int, Field(ge=FEWEST_SUBWORDS, le=1_000_000)]


class TokensParams(Section):
    embeddings: TextTokens
    lm: TextTokens
    translation: TranslationTokens
    qa: TextTokens


TOKENS: dict[str, type[Section]] = {
    "embeddings": TextTokens,
    "lm": TextTokens,
    "translation": TranslationTokens,
    "qa": TextTokens,
}
