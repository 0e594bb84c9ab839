"""Sentences to translate grow, and have the translations of the corpus."""

from pathlib import Path

import numpy as np
import pytest
from live.tiny_pairs import write_tokens

from firth.live.translation_examples import COUNT, LONGEST_SENTENCE, WORLD_SENTENCES, growing_pairs
from firth.text.text_form import TextForm
from firth.text.tokenizer import words
from firth.workspace import Workspace
from firth.world.parsing import translation_of

FORM = TextForm(False, False, {"source": "en", "target": "de"}, False, "words")


def test_the_world_s_sentences_are_its_grammar_s_and_grow() -> None:
    lengths = [len(words(sentence, False)) for sentence in WORLD_SENTENCES]
    assert lengths == sorted(set(lengths))
    assert all(translation_of(words(sentence, False), 1) for sentence in WORLD_SENTENCES)


def pairs(tmp_path: Path, lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    workspace = Workspace(tmp_path)
    write_tokens(workspace, "translation", FORM, lines, unknown="zebra")
    return [(source, target) for source, target in growing_pairs(workspace.tokens("translation"))]


def test_pairs_go_from_the_shortest_to_the_longest(tmp_path: Path) -> None:
    lengths = np.random.default_rng(1).permutation(np.arange(1, 22))
    found = pairs(tmp_path, [(" ".join(["a"] * length), f"b {length}") for length in lengths])
    assert found == [(" ".join(["a"] * length), f"b {length}") for length in (1, 5, 9, 13, 17, 21)]
    assert len(found) == COUNT


@pytest.mark.parametrize("line", ["", "A zebra runs.", "He runs. She runs.", "a" * (LONGEST_SENTENCE + 1)])
def test_what_is_not_one_known_sentence_is_left_out(tmp_path: Path, line: str) -> None:
    assert pairs(tmp_path, [(line, "x"), ("He runs.", "er läuft.")]) == [("He runs.", "er läuft.")]


def test_pairs_are_those_of_the_first_of_several_test_sets(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    write_tokens(workspace, "translation", FORM, [("He runs.", "er läuft.")], test="test_2016")
    assert list(growing_pairs(workspace.tokens("translation"))) == [("He runs.", "er läuft.")]


def test_without_pairs_there_are_no_examples(tmp_path: Path) -> None:
    assert pairs(tmp_path, [("", "x")]) == []
