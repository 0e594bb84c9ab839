"""What word vectors are made of: the text, its co-occurrence counts with their PPMI, and the trained vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firth.ask.loading import load_word_vectors
from firth.ask.recorded_state import verify_recorded
from firth.ask.spelling import Spelling
from firth.stored_files import damaged, read_json_object
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from firth.ask.word_vectors import WordVectors
    from firth.live.opened_models import OpenedModels
    from firth.measures.unit_rows import UnitRows


@dataclass(frozen=True)
class CountedText:
    """The text that word vectors are trained on, as ids of a vocabulary.

    Attributes
    ----------
    spelling : of the words, without special symbols.
    """

    vocabulary: Vocabulary
    stream: TokenStream
    spelling: Spelling


def counted_text(models: OpenedModels) -> CountedText:
    """The text, memory-mapped.

    Raises
    ------
    FirthError
        If it is not there, is damaged or is not the one that dvc.lock records.
    """
    folder = models.workspace.tokens("embeddings")

    def load() -> CountedText:
        verify_recorded(models.workspace.root, folder)
        vocabulary = Vocabulary.load(folder / "vocabulary.tsv")
        return CountedText(vocabulary, TokenStream.load(folder, "train"), Spelling(vocabulary.tokens[EOS_ID + 1 :]))

    return models.open("text", (folder,), load).model


def count_rows(models: OpenedModels) -> dict[str, UnitRows]:
    """Co-occurrence counts, ``raw_counts``, and their ``ppmi``, each (V, V): a row for each word of the vocabulary.

    Raises
    ------
    FirthError
        If they are not there, are damaged or are not those that dvc.lock records.
    """
    folder = models.workspace.model("counts")
    tokens = counted_text(models).vocabulary.tokens

    def load() -> dict[str, UnitRows]:
        from firth.measures.unit_rows import UnitRows
        from firth.params.svd_params import SvdParams
        from firth.vectors.counting.count_matrix import load_counts
        from firth.vectors.ppmi_svd import ppmi

        verify_recorded(models.workspace.root, folder)
        counts = load_counts(folder, len(tokens))
        information = ppmi(counts, SvdParams(**_section(_ppmi_settings(models), "svd")))
        return {"raw_counts": UnitRows(tokens, counts), "ppmi": UnitRows(tokens, information)}

    return models.open("counts", (folder, models.workspace.tokens("embeddings"), _ppmi_settings(models)), load).model


def word_vectors(models: OpenedModels, name: str) -> WordVectors:
    """The word vectors ``svd`` or ``word2vec``.

    Raises
    ------
    FirthError
        As ``ask.loading.load_word_vectors``, and if they are not built.
    """
    folder = models.workspace.model(name)
    return models.open("model", (folder,), lambda: load_word_vectors(folder)).model


def context_window(models: OpenedModels) -> int:
    """How many places away a word counts as a neighbor.

    Raises
    ------
    FirthError
        If the settings of the counts can't be read.
    """
    return int(_section(models.workspace.settings / "cooccurrence.json", "cooccurrence")["context_window"])


def _ppmi_settings(models: OpenedModels) -> Path:
    return models.workspace.settings / "evaluate_vectors-counts.json"


def _section(path: Path, section: str) -> dict[str, Any]:
    """A section of the settings of a stage item."""
    found = read_json_object(path, "check").get(section)
    if not isinstance(found, dict):
        raise damaged(path, f"holds no section {section}", "check")
    return found
