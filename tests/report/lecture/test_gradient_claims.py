"""The chapter on gradients: its verdicts turn with the tables, and without them nothing is tested."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from firth.report.findings import Findings
from firth.report.lecture.block import Block, Verdict
from firth.report.lecture.gradient_claims import GRADIENTS
from firth.report.readable import two_digits

BLOCKS = {block.anchor: block for block in GRADIENTS.blocks}
SENTENCE = ["the", "<old>", "dogs"]


def findings(**tables: pd.DataFrame) -> Findings:
    corpora: dict[str, Any] = {"lm": {"language": "en"}}
    return Findings(corpora, {}, {}, tables, {}, {}, [], None, {}, {})


def by_lag(**far: tuple[float, float]) -> pd.DataFrame:
    """A norm of 0.25 one step back, and the parts of it that are left, before training and after, 20 steps back."""
    rows = [
        {
            "network": network, "lag": lag, "within_sentence": 1,
            "remaining_before": before, "remaining_after": after,
            f"{column}_before": before / 4, f"{column}_after": after / 4,
        }
        for network, at_20 in far.items()
        for column in ["cell_norm" if network == "lstm" else "norm"]
        for lag, (before, after) in ((1, (1.0, 1.0)), (20, at_20))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def terms(network: str, scale: float, unequal: Sequence[tuple[str, str]] = ()) -> pd.DataFrame:
    """Three terms before training and after; those of ``unequal`` do not add up to autograd's gradient."""
    return pd.DataFrame(
        [
            {
                "network": network, "when": when, "lag": lag, "position": 3 - lag, "token": SENTENCE[2 - lag],
                "target": "bark", "norm": scale * size / 2**lag,
                "sum_equals_autograd": int((network, when) not in unequal),
            }
            for when, size in (("before", 0.5), ("after", 8.0))
            for lag in range(3)
        ]
    )  # fmt: skip


def verdict(block: Block, given: Findings) -> tuple[Verdict, str]:
    judgment = block.judge(given)
    assert judgment.number in judgment.finding
    return judgment.verdict, judgment.number


def test_terms_of_the_rnn_are_summed_from_the_first_word_and_hold_where_they_equal_autograd() -> None:
    block = BLOCKS["unrolling"]
    given = findings(gradient_terms=pd.concat([terms("gru", 3.0), terms("rnn", 1.0)]))
    assert verdict(block, given) == (Verdict.HOLDS, "")
    assert (
        "RNN is a sum of 3 terms, of norm 8.0 at the step itself and 2.0 at the first word"
        in block.judge(given).finding
    )
    example, drawn = block.example(given), block.draw(given)
    assert example is not None and "the &lt;old&gt; dogs <mark>bark</mark>" in example
    assert drawn is not None and "2 steps back, the, 0.12 before training, 2.0 after" in drawn
    assert ">&lt;old&gt;</text>" in drawn and '<text class="aside" x="345" y="18">after training</text>' in drawn


@pytest.mark.parametrize("unequal", [("rnn", "after"), ("gru", "before")])
def test_one_sum_that_is_not_autograd_s_turns_the_verdict(unequal: tuple[str, str]) -> None:
    table = pd.concat([terms(network, 1.0, [unequal]) for network in ("gru", "rnn")])
    judgment = BLOCKS["unrolling"].judge(findings(gradient_terms=table))
    assert judgment.verdict == Verdict.NOT_HERE
    assert judgment.finding.endswith(f"do not add up to what autograd computes: {unequal[0].upper()}.")


def test_terms_that_were_not_compared_with_autograd_are_not_tested() -> None:
    judgment = BLOCKS["unrolling"].judge(findings(gradient_terms=terms("rnn", 1.0).drop(columns="sum_equals_autograd")))
    assert judgment.verdict == Verdict.UNTESTED


def test_terms_of_a_network_without_an_rnn_are_those_of_the_network_itself() -> None:
    given = findings(gradient_terms=terms("gru", 1.0))
    assert "error of the GRU" in BLOCKS["unrolling"].judge(given).finding


@pytest.mark.parametrize(
    ("before", "expected"), [(1e-5, Verdict.HOLDS), (0.01, Verdict.HOLDS), (0.011, Verdict.NOT_HERE)]
)
@pytest.mark.parametrize("after", [1e-6, 0.5])
def test_gradients_of_the_rnn_vanish_below_a_hundredth_before_training(
    before: float, expected: Verdict, after: float
) -> None:
    given = findings(gradients=by_lag(rnn=(before, after)))
    assert verdict(BLOCKS["vanishing"], given) == (expected, two_digits(before))


@pytest.mark.parametrize("network", ["lstm", "gru"])
def test_a_trained_gated_network_keeps_more_than_a_hundredth_of_its_gradient(network: str) -> None:
    def judged(before: float, after: float, rnn: float) -> tuple[Verdict, str]:
        return verdict(BLOCKS[network], findings(gradients=by_lag(rnn=(1e-5, rnn), **{network: (before, after)})))

    assert judged(1e-5, 0.011, 1e-5) == (Verdict.HOLDS, "0.011")
    assert judged(0.2, 0.01, 1e-5) == (Verdict.NOT_HERE, "0.010")
    assert judged(0.2, 0.2, 0.1) == (Verdict.HOLDS, "0.20")
    assert judged(0.2, 0.1, 0.2) == (Verdict.NOT_HERE, "0.10")


def test_a_gated_network_stands_beside_the_rnn_where_there_is_one() -> None:
    alone = BLOCKS["gru"].judge(findings(gradients=by_lag(gru=(0.125, 0.5))))
    assert alone.finding == (
        "After training, 0.50 of the gradient at the GRU’s state one step back is left 20 steps back; before training, "
        "0.12."
    )
    both = BLOCKS["gru"].judge(findings(gradients=by_lag(rnn=(1e-6, 1e-5), gru=(0.125, 0.5))))
    assert "20 steps back (RNN: 1.0·10⁻⁵); before training, 0.12 (RNN: 1.0·10⁻⁶)." in both.finding


@pytest.mark.parametrize(("block", "network"), [("vanishing", "rnn"), ("gru", "gru")])
def test_a_finding_says_where_sentences_end_before_the_lag(block: str, network: str) -> None:
    table = by_lag(**{network: (1e-5, 0.5)})
    assert "Ends of sentences" not in BLOCKS[block].judge(findings(gradients=table)).finding
    short = findings(gradients=table.assign(within_sentence=(table["lag"] < 20).astype(int)))
    assert BLOCKS[block].judge(short).finding.endswith("Ends of sentences lie in between, where a network may forget.")
    drawn = BLOCKS["vanishing"].draw(short)
    assert drawn is not None and "The error stays within its sentence up to lag 1;" in drawn


def test_lstm_is_compared_by_its_cell_from_the_first_step_back_on() -> None:
    table = pd.concat([by_lag(rnn=(4e-5, 4e-5)), by_lag(lstm=(0.5, 0.5)).assign(norm_before=1e-9, norm_after=1e-9)])
    at_0 = pd.DataFrame([{"network": "rnn", "lag": 0, "norm_before": 0.75, "norm_after": 0.75}])
    given = findings(gradients=pd.concat([at_0, table]).iloc[::-1])
    assert verdict(BLOCKS["lstm"], given) == (Verdict.HOLDS, "0.50")
    drawn = BLOCKS["vanishing"].draw(given)
    label = "RNN before training 1: 0.25, 20: 1e-05; LSTM, cell before training 1: 0.25, 20: 0.12; RNN after training 1"
    assert drawn is not None and label in drawn and "0.75" not in drawn


@pytest.mark.parametrize("network", ["lstm", "gru"])
def test_cells_are_drawn_with_their_equations_where_they_were_trained(network: str) -> None:
    given = findings(gradients=by_lag(**{network: (0.5, 0.5)}))
    drawn, equations = BLOCKS[network].draw(given), BLOCKS[network].example(given)
    assert drawn is not None and 'role="img"' in drawn and ">candidate</text>" in drawn
    assert equations is not None and "tanh(W xₜ" in equations
    other = BLOCKS["gru" if network == "lstm" else "lstm"]
    assert other.draw(given) is None and other.example(given) is None


@pytest.mark.parametrize("block", BLOCKS.values(), ids=list(BLOCKS))
def test_without_results_nothing_is_tested_and_the_finding_names_a_command(block: Block) -> None:
    judgment = block.judge(findings())
    assert (judgment.verdict, judgment.number) == (Verdict.UNTESTED, "")
    assert judgment.command in ("firth repro", "make studies")
    assert block.draw(findings()) is None and block.example(findings()) is None


def test_a_run_of_one_network_tests_what_it_can() -> None:
    given = findings(gradients=by_lag(gru=(0.5, 0.5)), gradient_terms=terms("gru", 1.0))
    verdicts = {name: block.judge(given).verdict for name, block in BLOCKS.items()}
    tested = [name for name, found in verdicts.items() if found != Verdict.UNTESTED]
    assert tested == ["unrolling", "gru"]
    assert all(block.draw(given) is not None for name, block in BLOCKS.items() if name in ("vanishing", "gru"))
