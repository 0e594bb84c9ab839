"""Section ``evaluation``: what word vectors are held against."""

from typing import Literal

from firth.params.section import Section

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
