"""The main groups of agreement pairs, held against the table of accuracies."""

import numpy as np
import pandas as pd

from firth.measures.agreement.accuracy import accuracies
from firth.measures.agreement.main_groups import MAIN_GROUPS

KINDS = [  # attractors, intervening nouns, adjacent attractor, neutral; number of pairs
    (0, 0, False, False, 21),
    (0, 0, False, True, 22),
    (0, 1, False, False, 23),
    (1, 0, True, False, 24),
    (1, 1, False, False, 25),
    (2, 0, True, False, 26),
]


def test_the_members_of_a_group_are_those_that_its_accuracy_counts() -> None:
    rows = [kind for *kind, count in KINDS for _ in range(count)]
    items = pd.DataFrame(rows, columns=["attractors", "intervening_nouns", "adjacent_attractor", "neutral"])
    items = items.assign(distance=1, construction="")
    points = np.random.default_rng(0).integers(0, 2, len(items)).astype(float)
    table = accuracies(items, points).set_index("group")
    for name, group in MAIN_GROUPS.items():
        chosen = group.members(items)
        assert table.at[name, "pairs"] == chosen.sum()
        assert table.at[name, "accuracy"] == points[chosen].mean()
    assert [int(group.members(items).sum()) for group in MAIN_GROUPS.values()] == [24 + 25, 24 + 26]
