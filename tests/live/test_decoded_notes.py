"""Words that an encoder–decoder doesn't know are named, whether it reads them as <unk> or in pieces."""

from dataclasses import replace
from typing import Any

from firth.ask.line_decoding import DecodedText, LineDecoder
from firth.ask.loading import load_line_decoder
from firth.live.decoded_notes import compared_outputs, remarks, take_common_notes
from firth.workspace import Workspace

DECODED = DecodedText("", [], [], [], [], ["the output was cut"])


def decoder(world: Workspace) -> LineDecoder:
    loaded = load_line_decoder(world.model("seq2seq-translation-none"))
    return replace(loaded, text=replace(loaded.text, words=frozenset({"apples", "Mary"})))


def test_a_word_that_is_read_in_pieces_is_named_with_words_that_are_spelled_alike(world: Workspace) -> None:
    assert remarks(replace(DECODED, unseen=["applez"]), decoder(world))["notes"] == [
        "applez was never in the training text, so that it is read in pieces; try apples",
        "the output was cut",
    ]


def test_an_unknown_word_is_named_with_words_of_the_vocabulary(world: Workspace) -> None:
    (unknown,) = remarks(replace(DECODED, unknown=["eatz"]), decoder(world))["unknown"]
    assert unknown["word"] == "eatz"
    assert "eats" in unknown["advice"]
    assert remarks(DECODED, decoder(world))["unknown"] == []


def test_the_search_is_said_to_be_greedy_where_the_evaluation_has_a_beam(world: Workspace) -> None:
    greedy, cut = remarks(DECODED, decoder(world).varied(beam_size=5))["notes"]
    assert "greedy" in greedy
    assert "beam of 5" in greedy
    assert [cut] == remarks(DECODED, decoder(world))["notes"] == DECODED.notes


def test_outputs_are_compared_with_the_true_one_where_it_is_known() -> None:
    references: list[tuple[dict[str, Any], list[bool | None]]] = [
        ({"text": "a"}, [True, False, False]),
        ({"error": "not known"}, [None] * 3),
    ]
    for reference, equal in references:
        answers: list[dict[str, Any]] = [{"text": text, "unknown": ["x"]} for text in "ab"]
        answers.append({"error": "not built"})
        found = compared_outputs(answers, reference)
        assert [answer["is_reference"] for answer in found["models"]] == equal
        assert (found["reference"], found["unknown"]) == (reference, ["x"])


def test_notes_that_all_models_have_are_given_once() -> None:
    answers: list[dict[str, Any]] = [{"notes": ["a", "b"]}, {"error": "not built"}, {"notes": ["c", "a"]}]
    assert take_common_notes(answers) == ["a"]
    assert answers == [{"notes": ["b"]}, {"error": "not built"}, {"notes": ["c"]}]
    assert take_common_notes([{"error": "not built"}]) == []
