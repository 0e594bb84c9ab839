"""The text of one role for ``data/raw/ROLE``: drawn from the built-in world, of the catalog, or a user's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from firth.corpora.catalog import CORPORA
from firth.corpora.library import Library
from firth.corpora.own_text import own_items, own_name
from firth.corpora.raw import Counts, write_pairs, write_questions, write_text
from firth.corpora.sampled import write_embeddings_text, write_lm_text, write_qa_text, write_translation_text
from firth.text.corpus_description import LanguagePair, write_description

WRITERS: dict[str, Callable[[Path, Any], Counts]] = {
    "embeddings": write_text,
    "lm": write_text,
    "translation": write_pairs,
    "qa": write_questions,
}


def write_role_text(out: Path, role: Any, source: Any, library: Library, world: Any = None, seed: int = 0) -> Counts:
    """Write a role's text and its description; return how much there is.

    Parameters
    ----------
    source : the role's section of ``corpora``.
    world, seed : for the built-in world, how much of it to draw, and from which random numbers.
    """
    name = getattr(source, "source", None)
    if name == "world":
        return _write_world(out, role, source, world, seed)
    if name is not None:
        return _write_catalog(out, role, source, name, library)
    return _write_own(out, role, source, library)


def flat_counts(counts: Counts) -> dict[str, int]:
    """The number of sentences, pairs or questions in each split, as ``train_sentences`` and so on."""
    return {
        f"{split}_{unit}": count
        for split, found in counts.items()
        for unit, count in found.items()
        if unit in ("sentences", "pairs", "questions")
    }


def _write_world(out: Path, role: str, source: Any, settings: Any, seed: int) -> Counts:
    write_description(
        out,
        {
            "name": "world",
            "language": _languages(source) if role == "translation" else "en",
            "tokenized": False,
            "license": "MIT",
            "citation": "the world that is built into Firth",
            "world": True,
        },
    )
    if role == "embeddings":
        return write_embeddings_text(out, settings, seed)
    if role == "lm":
        return write_lm_text(out, settings, seed)
    if role == "translation":
        return write_translation_text(out, settings, seed, source.source_language)
    return write_qa_text(out, settings, seed)


def _write_catalog(out: Path, role: Any, source: Any, name: str, library: Library) -> Counts:
    corpus = CORPORA[name]
    write_description(
        out,
        {
            "name": name,
            "language": _languages(source) if role == "translation" else corpus.language,
            "tokenized": corpus.tokenized,
            "license": corpus.license,
            "citation": corpus.citation,
            "world": False,
        },
    )
    return WRITERS[role](out, corpus.read(corpus.files, source, role, library))


def _write_own(out: Path, role: Any, source: Any, library: Library) -> Counts:
    write_description(
        out,
        {
            "name": own_name(source, role),
            "language": _languages(source) if role == "translation" else source.language or "unknown",
            "tokenized": source.tokenized,
            "license": "the user's own text",
            "citation": "the user's own text",
            "world": False,
        },
    )
    return WRITERS[role](out, own_items(source, role, library))


def _languages(source: Any) -> LanguagePair:
    return {"source": source.source_language, "target": source.target_language}
