"""Section ``studies`` of ``studies/params.yaml``: what the studies compare, and over which values."""

from typing import Annotated

from pydantic import Field

from firth.params.section import Dimension, Section, VocabularySize

MOST_VALUES = 100  # of one study
Multiple = Annotated[float, Field(ge=0.001, le=1000)]
TextShare = Annotated[float, Field(ge=0.0001, le=1)]
Percentage = Annotated[float, Field(ge=0.01, le=100)]


class StudyParams(Section):
    """The values that each study goes through."""

    vocabulary_sizes: Annotated[list[VocabularySize], Field(min_length=1, max_length=MOST_VALUES)]
    learning_rate_multiples: Annotated[list[Multiple], Field(min_length=1, max_length=MOST_VALUES)]
    text_shares: Annotated[list[TextShare], Field(min_length=1, max_length=MOST_VALUES)]
    hidden_sizes: Annotated[list[Dimension], Field(min_length=1, max_length=MOST_VALUES)]
    pair_percentages: Annotated[list[Percentage], Field(min_length=1, max_length=MOST_VALUES)]
