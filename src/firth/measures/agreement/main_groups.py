"""The groups of agreement pairs whose accuracy is among a model's main numbers."""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from firth.measures.agreement.accuracy import conditions


class MainGroup(NamedTuple):
    """A group of pairs, as ``agreement.accuracy`` names it.

    Attributes
    ----------
    number : name of its accuracy among the main numbers.
    description : of what stands between subject and verb, for people.
    members : the items (N rows, as in ``agreement.items``) → whether each is in the group, (N,).
    """

    number: str
    description: str
    members: Callable[[pd.DataFrame], "pd.Series[bool]"]


MAIN_GROUPS = {
    "attractors_1": MainGroup(
        "agreement_one_attractor", "one attractor", lambda items: conditions(items) == "attractors_1"
    ),
    "adjacent_attractor": MainGroup(
        "agreement_adjacent_attractor",
        "an attractor right before the verb",
        lambda items: items["adjacent_attractor"],
    ),
}
