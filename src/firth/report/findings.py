"""Everything that the page shows, gathered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from firth.measures.result_columns import typed
from firth.report.names import ATTENTIONS, LANGUAGE_MODELS, with_names
from firth.report.result_tables import of_models
from firth.text.corpus_description import CorpusDescription

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
    missing_words : words that the params ask for and the vocabulary lacks.
    word_map : the drawing, or None.
    studies : study → its metrics.
    study_curves : study → its curve.
    split_words : subwords of each of a few words that are split.
    """

    corpora: Mapping[str, CorpusDescription]
    sentences: Mapping[str, list[str]]
    settings: Mapping[str, Metrics]
    tables: Mapping[str, pd.DataFrame]
    headline: Mapping[str, float | None]
    samples: Mapping[str, list[dict[str, Any]]]
    missing_words: list[str]
    word_map: str | None
    studies: Mapping[str, Metrics]
    study_curves: Mapping[str, pd.DataFrame]
    split_words: Sequence[Sequence[str]] = ()

    def language(self, role: str, side: Literal["source", "target"] = "source") -> str:
        """The language of a text, or of one side of a translation, as in ``corpus.json``; empty if it is not known."""
        corpus = self.corpora.get(role)
        found = corpus["language"] if corpus else ""
        language = found if isinstance(found, str) else found[side]
        return "" if language == "unknown" else language

    def token(self, role: str) -> str:
        """What a token of a text is: word, subword or character."""
        segmentation = self.settings.get(f"tokens, {role}", {}).get("segmentation", "words")
        return str(segmentation).removesuffix("s")

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
