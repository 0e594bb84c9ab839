"""Lengths of outputs, counted by hand."""

from collections.abc import Callable

import numpy as np

from firth.measures.output_evaluation import output_lengths
from firth.seq2seq.pairs import Pairs


def test_lengths_that_differ_and_outputs_that_end_are_counted(pairs: Callable[..., Pairs]) -> None:
    sources = {"test": pairs([[3], [3, 4], [3, 4, 5], [6]], [[3]] * 4), "test_empty": pairs([], [])}
    decoded = {"test": [[3], [3, 4, 5], [3, 4, 5, 6, 7], [3, 4, 5, 6]], "test_empty": []}
    frame = output_lengths(decoded, sources, max_length=5).set_index("split")
    assert frame.loc["test"].to_dict() == {"outputs": 4, "other_length": 0.75, "ended": 0.75}
    assert frame.at["test_empty", "outputs"] == 0
    assert np.isnan([frame.at["test_empty", "other_length"], frame.at["test_empty", "ended"]]).all()
