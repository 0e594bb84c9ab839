"""Commands that ask for what a block shows: with the words and the models of the run, and none where it has none."""

import pandas as pd
import pytest
from report.lecture.language_findings import findings, tables
from report.word_results import findings_with, word_angles

from firth.report.lecture import block_commands
from firth.report.lecture.source_distance import SOURCE

EXAMPLE = pd.DataFrame(
    [("counts", word, "the", 3, 0.5) for word in ("bank", "o'clock")],
    columns=["space", "word", "neighbor", "count", "ppmi"],
)
ANGLES = word_angles([("bank", "river", 0.9, 25.0), ("bank", "o'clock", 0.1, 84.0)])


def test_words_are_those_that_the_page_shows() -> None:
    run = findings_with({"cooccurrence_example": EXAMPLE, "angles": ANGLES})
    assert [block_commands.neighbors(run, word) for word in (0, 2)] == [
        "firth neighbors bank",
        """firth neighbors 'o'"'"'clock'""",
    ]
    assert block_commands.similarity(run) == "firth similarity bank river"
    assert block_commands.analogy(run) == """firth analogy bank river 'o'"'"'clock'"""


def test_a_word_that_is_an_option_or_unknown_is_not_asked_for() -> None:
    assert (
        block_commands.command("neighbors", "-h")
        == block_commands.command("next", "the <unk>")
        == block_commands.command("next", "")
        == ""
    )


def test_prompts_and_pairs_are_asked_of_models_that_have_read_them() -> None:
    run = findings({**tables(), "next_words": tables()["next_words"].assign(prompt="the dog")})
    assert block_commands.next_words(run) == "firth next 'the dog'"
    assert block_commands.next_words(run, "feedforward") == "firth next 'the dog' --model feedforward"
    assert block_commands.generate(run, "rnn") == "firth generate --prompt 'the dog' --model rnn"
    pair = block_commands.most_attractors(run)
    assert block_commands.agree(run, pair) == "firth agree 'the dogs of the man in town' bark barks"
    assert block_commands.agree(run, pair, "lstm").endswith("bark barks --model lstm")
    absent = [
        block_commands.next_words(run, "gru"),
        block_commands.generate(run, "gru"),
        block_commands.agree(run, pair, "gru"),
    ]
    assert absent == ["", "", ""] and block_commands.agree(run, 9) == ""


def test_tokens_that_are_no_words_are_not_typed() -> None:
    run = findings(tables())
    for segmentation in ("characters", "subwords"):
        settings = {**run.settings, "tokens, lm": {"segmentation": segmentation}}
        assert block_commands.next_words(findings(tables(), settings=settings)) == ""


@pytest.mark.parametrize(
    ("task", "source", "command"),
    [
        ("translation", "Mary eats.", "firth translate 'Mary eats.' --attention dot"),
        (
            "qa",
            "Tim is in. Bob is out. Where is Tim?",
            "echo 'Tim is in. Bob is out.' | firth answer 'Where is Tim?' --story - --attention dot",
        ),
        ("qa", "Where is Tim?", ""),
    ],
)
def test_a_question_follows_its_story(task: str, source: str, command: str) -> None:
    assert block_commands.of_sequence(task, source, "dot") == command


def test_the_test_text_is_asked_about_where_it_is_there() -> None:
    run = findings_with({}, sentences={"lm": ["a b"]})
    assert SOURCE.command(run) == "firth perplexity data/raw/lm/text/test.txt"
