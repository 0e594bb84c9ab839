"""A table lacks no key, and holds numbers where numbers belong."""

import pandas as pd
import pytest

from firth.measures.result_columns import table_fault

CURVE = pd.DataFrame({"epoch": [1, 2], "train_loss": [2.0, 1.0], "valid_loss": [2.0, 1.5], "valid_perplexity": [7, 4]})


def test_the_sizes_of_the_counts_are_all_needed() -> None:
    sizes = pd.DataFrame(
        [{"cells": 4, "nonzeros": 1, "density": 0.25, "bytes_dense": 16, "bytes_sparse": 20, "pairs": 1}]
    )
    assert table_fault("counts", sizes) is None
    assert table_fault("counts", sizes.assign(nonzeros=None)) == "has no nonzeros in some row"


def test_a_number_that_is_not_measured_needs_a_reason() -> None:
    reasons = pd.DataFrame({"number": ["test_bleu"], "reason": ["no sentences in test"]})
    assert table_fault("not_measured", reasons) is None
    for damaged in (reasons[["number"]], reasons.assign(reason=None)):
        assert table_fault("not_measured", damaged) == "has no reason in some row"


def test_a_pair_of_two_unknown_verb_forms_is_told_apart_by_which_is_correct() -> None:
    rows = [{"pair": 1, "attractors": 1, "prefix": "a", "form": "<unk>", "correct": correct} for correct in (1, 0)]
    examples = pd.DataFrame(rows).assign(model="gru", probability=0.5)
    assert table_fault("agreement_examples", examples) is None
    assert (table_fault("agreement_examples", examples.assign(correct=1)) or "").startswith("has two rows")


def test_a_table_needs_its_keys_alone_and_may_have_other_columns() -> None:
    assert table_fault("learning_curves", CURVE, given=["model"]) is None
    assert table_fault("learning_curves", CURVE[["epoch"]].assign(model="gru", other="text")) is None
    assert table_fault("of another name", CURVE) is None


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        (CURVE, "has no model in some row"),
        (CURVE.assign(model=["a", None]), "has no model in some row"),
        (CURVE.assign(model="a", epoch=[1, 1]), "has two rows with the same model, epoch"),
        (CURVE.assign(model="a", epoch=[1, 1.5]), "has text, or a fraction"),
        (CURVE.assign(model="a", epoch=[1e111, 2]), "has text, or a fraction"),
        (CURVE.assign(model="a", epoch=["1", "x"]), "has text, or a fraction"),
        (CURVE.assign(model="a", epoch=[1, 10**30]), "has text, or a fraction"),
        (CURVE.assign(model="a", valid_loss=["1", "<<<<"]), "has text, or a fraction"),
    ],
)
def test_the_fault_of_a_table_is_named(frame: pd.DataFrame, fault: str) -> None:
    assert (table_fault("learning_curves", frame) or "").startswith(fault)
    assert table_fault("learning_curves", CURVE.assign(model="a"), given=["model"]) == "has a column model"
