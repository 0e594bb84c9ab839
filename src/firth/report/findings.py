"""Everything that the page shows, gathered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from firth.measures.result_columns import typed
from firth.report.names import ATTENTIONS, LANGUAGE_MODELS, with_names
from firth.report.neighbors import CooccurrenceExample, Ranked
from firth.report.result_tables import of_models

Metrics = Mapping[str, Any]


@dataclass(frozen=True)
class Findings:
    """The results of one experiment, as the stage has read them.

    Attributes
    ----------
    corpora : role → content of ``corpus.json``.
    sentences : role → a few sentences of its test text.
    settings : part of the experiment → {key: value}, as in params.yaml.
    tables : name of a table in ``reports/details`` → its rows.
    headline : the main numbers by name.
    samples : task → items of its test text that the models write differently; see ``samples.differing``.
    example : counts and PPMI of a few words.
    missing_words : words that the params ask for and the vocabulary lacks.
    neighbors : word vectors → word → nearest words with their cosine.
    word_map : the drawing, or None.
    studies : study → its metrics.
    study_curves : study → its curve.
    """

    corpora: Mapping[str, Metrics]
    sentences: Mapping[str, list[str]]
    settings: Mapping[str, Metrics]
    tables: Mapping[str, pd.DataFrame]
    headline: Mapping[str, float | None]
    samples: Mapping[str, list[dict[str, Any]]]
    example: CooccurrenceExample
    missing_words: list[str]
    neighbors: Mapping[str, Mapping[str, Ranked]]
    word_map: str | None
    studies: Mapping[str, Metrics]
    study_curves: Mapping[str, pd.DataFrame]

    def table(self, name: str) -> pd.DataFrame:
        """One table with all its columns; without rows where nothing was measured."""
        return typed(name, self.tables.get(name))

    def of_task(self, name: str, task: str) -> pd.DataFrame:
        """The rows of one task, encoder–decoders by name and in order."""
        frame = self.table(name)
        return with_names(frame[frame["task"] == task], "attention", ATTENTIONS)

    def of_language_models(self, name: str) -> pd.DataFrame:
        """The rows of the trained models ``lm-…`` in a table of all trainings, by name and in order."""
        return with_names(of_models(self.table(name), "lm-"), "model", LANGUAGE_MODELS)

    def of_encoder_decoders(self, name: str, task: str) -> pd.DataFrame:
        """The same for the trained models ``seq2seq-TASK-…``."""
        return with_names(of_models(self.table(name), f"seq2seq-{task}-"), "model", ATTENTIONS)

    def curves_of(self, study: str, variants: Mapping[str, str]) -> pd.DataFrame:
        """The curves of a study's variants (key → name for people) as one table, the name in column ``study``."""
        keys = {name: f"{study}-{key}" for key, name in variants.items()}
        there = [self.study_curves[key].assign(study=name) for name, key in keys.items() if key in self.study_curves]
        return pd.concat(there, ignore_index=True) if there else pd.DataFrame()
