"""Samples of the outputs of encoder–decoders."""

from firth.report.samples import EXTREMES, FIRST, chosen, samples_part


def test_first_best_and_worst_are_chosen_and_of_equals_the_longest() -> None:
    scores = [50.0, 0.0, 100.0, 20.0, 100.0, 0.0, 70.0, 100.0, 100.0, 0.0]
    items = [
        {"source": str(number), "reference": "a" * number, "output": "", "chrf": chrf}
        for number, chrf in enumerate(scores)
    ]
    numbers = {reason: [int(item["source"]) for item in found] for reason, found in chosen(items).items()}
    assert numbers == {"first": list(range(FIRST)), "best": [8, 7, 4], "worst": [9, 5, 1]}
    assert EXTREMES == 3
    items[8]["reference"] = "a <unk>"  # which no output can be
    items[1]["output"] = "a"  # as right as can be
    found = chosen(items)
    assert [int(item["source"]) for item in found["best"] + found["worst"]] == [7, 4, 2, 9, 5, 3]


def test_few_items_are_shown_and_none_is_no_part() -> None:
    one = [{"story": ["S.", "T."], "question": "Q?", "reference": "A.", "output": "B.", "chrf": 12.5}]
    found = samples_part(chosen(one), "dot")
    assert found is not None and found.count("S. T.") == 3 and "chrF 12.50" in found
    assert samples_part(chosen([]), "dot") is None and samples_part({}, "dot") is None
