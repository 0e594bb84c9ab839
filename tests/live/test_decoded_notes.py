"""Words that an encoder–decoder doesn't know are named, whether it reads them as <unk> or in pieces."""

from dataclasses import replace
from typing import Any

from firth.ask.line_decoding import DecodedText, TaskText
from firth.live.decoded_notes import notes_on, take_common_notes, unknown_words
from firth.workspace import Workspace

DECODED = DecodedText("", [], [], [], [], ["the output was cut"])


def text(world: Workspace) -> TaskText:
    return replace(TaskText.load(world.tokens("translation")), words=frozenset({"apples", "Mary"}))


def test_a_word_that_is_read_in_pieces_is_named_with_words_that_are_spelled_alike(world: Workspace) -> None:
    notes = notes_on(replace(DECODED, unseen=["applez"]), text(world))
    assert notes == [
        "applez was never in the training text, so that it is read in pieces; try apples",
        "the output was cut",
    ]


def test_an_unknown_word_is_named_with_words_of_the_vocabulary(world: Workspace) -> None:
    (unknown,) = unknown_words(replace(DECODED, unknown=["eatz"]), text(world))
    assert unknown["word"] == "eatz"
    assert "eats" in unknown["advice"]
    assert unknown_words(DECODED, text(world)) == []


def test_notes_that_all_models_have_are_given_once() -> None:
    answers: list[dict[str, Any]] = [{"notes": ["a", "b"]}, {"error": "not built"}, {"notes": ["c", "a"]}]
    assert take_common_notes(answers) == ["a"]
    assert answers == [{"notes": ["b"]}, {"error": "not built"}, {"notes": ["c"]}]
    assert take_common_notes([{"error": "not built"}]) == []
