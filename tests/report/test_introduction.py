"""What the first screen says of the texts: true of one corpus, of several, of one without a name, and of none."""

from typing import Any

import pytest
from report.word_results import findings_with

from firth.report.introduction import introduction

WORLD: dict[str, Any] = {"name": "world", "language": "en", "world": True}
TREEBANK: dict[str, Any] = {"name": "Penn <Treebank>", "language": "en", "world": False}
NAMELESS: dict[str, Any] = {"language": "en", "world": False}


def said(source: float | None = None, **corpora: dict[str, Any]) -> str:
    run = findings_with({}, corpora=corpora, headline={"lm_source_perplexity": source})
    return introduction(run).striptags()


def test_all_text_of_the_world_has_a_lowest_perplexity() -> None:
    text = said(9.145, lm=WORLD, qa=WORLD)
    assert text.startswith("All text of this run comes from a built-in world")
    assert "the source perplexity of 9.14: the lowest perplexity that any language model could reach." in text
    assert "source perplexity" not in said(lm=WORLD) and "known exactly." in said(lm=WORLD)
    assert "known exactly" not in said(9.145, qa=WORLD)


def test_texts_of_different_corpora_are_named_with_what_they_are_for() -> None:
    text = said(9.145, embeddings=TREEBANK, lm=TREEBANK, translation=WORLD, qa=WORLD)
    assert text.startswith("The text for translation and question answering comes from a built-in world")
    assert "Other texts are Penn <Treebank> for word vectors and language models." in text
    assert text.endswith("No language model’s lowest possible perplexity is known here.") and "exactly" not in text
    other = said(lm=TREEBANK, qa={**TREEBANK, "name": "bAbI"})
    assert "The texts of this run are Penn <Treebank> for language models and bAbI for question answering." in other


@pytest.mark.parametrize(("corpus", "name"), [(TREEBANK, "Penn <Treebank>"), (NAMELESS, "a text without a name")])
def test_one_corpus_for_all_is_named_once(corpus: dict[str, Any], name: str) -> None:
    assert said(lm=corpus, qa=corpus).startswith(f"The models of this run were trained on {name}. No language")


def test_a_run_without_texts_says_so() -> None:
    assert said() == "The texts of this run are not described: their corpus.json is not there."
