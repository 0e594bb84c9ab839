"""Section ``evaluation``, and the part of ``lm`` that only measuring reads."""

from typing import Literal

from firth.params.section import Count, NotNegative, Positive, Section

GoldSet = Literal[
    "wordsim353",
    "wordsim353-similarity",
    "wordsim353-relatedness",
    "men",
    "simlex999",
    "rg65",
    "mturk771",
    "rw",
    "google-analogies",
]


class EvaluationParams(Section):
    gold_sets: list[GoldSet]


class DynamicEvaluation(Section):
    """How a trained network goes on learning from the text that it is tested on (Krause et al. 2018)."""

    learning_rate: Positive
    decay: NotNegative
    segment_length: Count
