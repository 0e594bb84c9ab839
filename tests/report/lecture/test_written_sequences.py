"""The drawing and the steps of an encoder–decoder."""

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from report.lecture.said_numbers import unfounded
from report.test_page import findings, read

from firth.report.findings import Findings
from firth.report.lecture.block import Verdict
from firth.report.lecture.written_sequences import SEQUENCES


def written(reading: str = "forwards", words: int = 2, **changes: Any) -> Findings:
    """A translator that reads “A b” and writes “Un <unk>”, or a source of more words."""
    model = {"task": "translation", "attention": "none"}
    source, output = ["A", *"bcdefghi"][:words], ["Un", "<unk>", "<eos>"]
    lengths = {**model, "split": "test", "outputs": 1600, "other_length": 0.656, "ended": 0.998, **changes}
    example = {
        **model, "sentence": 1, "source": " ".join(source), "output": "Un <unk>", "unknown": "", "source_tokens": words,
        "output_tokens": 2, "reading": reading, "vector_size": 256,
    }  # fmt: skip
    cells = [
        {**model, "sentence": 1, "output_position": row, "output": word, "source_position": column, "source": read}
        for row, word in enumerate(output, start=1)
        for column, read in enumerate(source, start=1)
    ]
    steps = [
        {**model, "sentence": 1, "step": step, "rank": rank, "token": f"{word}{rank}", "probability": probability}
        for step, word in enumerate(output, start=1)
        for rank, probability in enumerate((0.9996, 0.25, 0.0001), start=1)
    ]
    tables = {
        "output_lengths": pd.DataFrame([lengths]),
        "example_outputs": pd.DataFrame([example]),
        "example_sentences": pd.DataFrame(cells),
        "decoding_steps": pd.DataFrame(steps),
    }
    return replace(findings(), tables=tables)


@pytest.mark.parametrize(
    ("changes", "verdict", "number"),
    [
        ({}, Verdict.HOLDS, "0.66"),
        ({"other_length": 0.0}, Verdict.NOT_HERE, "0.00"),
        ({"ended": 0.5}, Verdict.NOT_HERE, "0.50"),
        ({"other_length": None}, Verdict.UNTESTED, ""),
        ({"outputs": None}, Verdict.UNTESTED, ""),
    ],
)
def test_outputs_must_have_lengths_of_their_own_and_end(changes: dict[str, Any], verdict: Verdict, number: str) -> None:
    judgment = SEQUENCES.judge(written(**changes))
    assert (judgment.verdict, judgment.number) == (verdict, number)
    assert unfounded(SEQUENCES, written(**changes)) == []


def drawn_words(found: Findings) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", str(SEQUENCES.draw(found)))


def test_the_source_is_drawn_in_the_order_of_reading() -> None:
    decoder = ["decoder", "Un", "&lt;unk&gt;", "Un", "&lt;eos&gt;", "&lt;unk&gt;"]
    assert drawn_words(written()) == ["encoder", "A", "b", "one vector of 256 numbers", *decoder]
    assert drawn_words(written("backwards")) == ["encoder", "b", "A", "one vector of 256 numbers", *decoder]


def test_symbols_are_drawn_for_a_sentence_that_finds_no_room_or_none() -> None:
    assert "x₁" in drawn_words(written(words=7)) and "A" not in drawn_words(written(words=7))
    symbols = drawn_words(replace(findings(), tables={}))
    assert "x₁" in symbols and "one vector" in symbols


def test_the_most_probable_words_of_each_step_stand_in_a_row() -> None:
    example = str(SEQUENCES.example(written()))
    rows = read(example).rows
    assert rows[1] == ["1", "Un1 >\N{NO-BREAK SPACE}0.999", "Un2 0.250", "Un3 <\N{NO-BREAK SPACE}0.001"]
    assert rows[2] == ["2", "<unk>1 >\N{NO-BREAK SPACE}0.999", "<unk>2 0.250", "<unk>3 <\N{NO-BREAK SPACE}0.001"]
    assert "(2 tokens) becomes" in example and '<span lang="fr">Un &lt;unk&gt;</span>' in example
    assert "(2 tokens and &lt;eos&gt;); probabilities of words at each step</caption>" in example
    unmeasured = {**written().tables, "decoding_steps": pd.DataFrame()}
    said = str(SEQUENCES.example(replace(written(), tables=unmeasured)))
    assert "(2 tokens)" in said and "probabilities" not in said
    assert SEQUENCES.example(replace(findings(), tables={})) is None


def test_a_long_output_is_cut_and_one_that_does_not_end_says_so() -> None:
    found = written()
    steps, examples = found.tables["decoding_steps"], found.tables["example_outputs"]
    longer = pd.concat([steps[steps["step"] == 1].assign(step=step) for step in range(1, 21)])
    tables = {**found.tables, "decoding_steps": longer, "example_outputs": examples.assign(output_tokens=20)}
    example = str(SEQUENCES.example(replace(found, tables=tables)))
    assert "(20 tokens, without &lt;eos&gt;); probabilities of words at its first 7 steps</caption>" in example
    assert len(read(example).rows) == 1 + 7
