"""Accuracy of subject–verb agreement (Linzen et al. 2016): how often a model prefers the verb form that agrees."""

from typing import Any

import numpy as np
import pandas as pd

from firth.measures.agreement.items import FEWEST_PAIRS
from firth.measures.minimal_pairs import pair_points, wilson_interval
from firth.measures.scorer import Scorer

DISTANCES = {"0": 0, "1-2": 2, "3-4": 4, "5-7": 7, "8-10": 10}  # groups of distances, with the largest of each
FARTHEST = "11+"
CONDITIONS = ("attractors", "adjacent_attractor", "neutral", "intervening_nouns")  # in the order of results


def agreement_points(items: pd.DataFrame, scorer: Scorer) -> np.ndarray:
    """1 for each item whose correct form is more probable than the wrong one, 0.5 for a tie, otherwise 0: (N,).

    Parameters
    ----------
    items : as in ``agreement.items``.
    scorer : reads each prefix as a text of its own.
    """
    forms = items[["correct", "wrong"]].to_numpy(dtype=np.int64)  # (N, 2)
    correct, wrong = scorer.score_continuations(list(items["prefix"]), forms).T
    return pair_points(correct, wrong)


def accuracies(items: pd.DataFrame, points: np.ndarray) -> pd.DataFrame:
    """The mean of the points of items, by group.

    Parameters
    ----------
    items : as in ``agreement.items``.
    points : (N,) as ``agreement_points`` gives them.

    Returns
    -------
    pandas.DataFrame
        One row a group:

        - ``grouping`` is ``condition``, ``adjacent_attractor``, ``distance`` or ``construction``.
        - ``construction`` is the name of a construction; it is empty in other groupings.
        - ``group`` is a condition, for conditions and within a construction: ``attractors_0``, ``attractors_1``, …,
          ``neutral``, ``intervening_nouns_1``, …; ``adjacent_attractor``, the items whose last word before the verb is
          an attractor; or ``0``, ``1-2``, … tokens between subject and verb.
        - ``pairs`` is the number of items.
        - ``accuracy`` is NaN for fewer than ``FEWEST_PAIRS`` items; ``low`` and ``high`` are the ends of its 95 %
          interval (Wilson).
    """
    frame = pd.DataFrame({"condition": conditions(items), "points": points})
    adjacent = items["adjacent_attractor"].to_numpy()
    with_construction = (items["construction"] != "").to_numpy()
    parts = [
        frame.assign(grouping="condition", group=frame["condition"], condition=""),
        frame[adjacent].assign(grouping="adjacent_attractor", group="adjacent_attractor", condition=""),
        frame.assign(grouping="distance", group=distance_groups(items), condition=""),
        frame.assign(grouping="construction", group=items["construction"])[with_construction],
    ]
    keys = ["grouping", "group", "condition"]
    result = _shares(pd.concat(parts).groupby(keys, sort=False)["points"])
    constructions = list(items["construction"].unique())
    order = [_rank(row, constructions) for row in zip(*(result[key] for key in keys), strict=True)]
    result = result.iloc[sorted(range(len(order)), key=order.__getitem__)].reset_index(drop=True)
    by_construction = result["grouping"] == "construction"
    result.insert(1, "construction", result["group"].where(by_construction, ""))
    result["group"] = result["group"].mask(by_construction, result["condition"])
    return result.drop(columns="condition")


def window_accuracies(items: pd.DataFrame, points: np.ndarray, window: int) -> pd.DataFrame:
    """The mean of the points of items whose subject is among the last ``window`` words, and of the others.

    Parameters
    ----------
    items, points : as for ``accuracies``.
    window : words that the model reads before the verb.

    Returns
    -------
    pandas.DataFrame
        A row for each exact ``distance`` with the columns ``window``, ``subject`` (``inside`` or ``outside`` the
        window), ``distance``, ``pairs``, ``accuracy``, ``low`` and ``high``, as in ``accuracies``; before them, a row
        for all distances inside and one for all outside, whose ``distance`` is missing.
    """
    subject = np.where(items["distance"] < window, "inside", "outside")
    frame = pd.DataFrame({"subject": subject, "distance": items["distance"].to_numpy(), "points": points})
    by_side = _shares(frame.groupby("subject")["points"])
    by_distance = _shares(frame.groupby(["subject", "distance"])["points"])
    both = pd.concat([by_side, by_distance], ignore_index=True).astype({"distance": "Int64"})
    return both.assign(window=window)[["window", "subject", "distance", "pairs", "accuracy", "low", "high"]]


def conditions(items: pd.DataFrame) -> pd.Series:
    """The condition of each item: ``neutral``, or the number of intervening nouns or attractors."""
    attractors = "attractors_" + items["attractors"].astype(str)
    intervening = "intervening_nouns_" + items["intervening_nouns"].astype(str)
    only_intervening = (items["intervening_nouns"] > 0) & (items["attractors"] == 0)
    return attractors.mask(only_intervening, intervening).mask(items["neutral"], "neutral")


def distance_groups(items: pd.DataFrame) -> pd.Series:
    """The group of each item by the number of tokens between subject and verb."""
    bounds = [-1, *DISTANCES.values(), np.inf]
    return pd.cut(items["distance"], bounds, labels=[*DISTANCES, FARTHEST]).astype(str)


def _shares(grouped: Any) -> pd.DataFrame:
    """The number of items of each group, and the mean of their points with its interval where they are not too few."""
    result = grouped.agg(pairs="size", accuracy="mean").reset_index()
    result["accuracy"] = result["accuracy"].where(result["pairs"] >= FEWEST_PAIRS)
    rows = zip(result["accuracy"], result["pairs"], strict=True)
    ends = [wilson_interval(share, pairs) if pairs >= FEWEST_PAIRS else (np.nan, np.nan) for share, pairs in rows]
    return result.assign(low=[low for low, _ in ends], high=[high for _, high in ends])


def _rank(row: tuple[str, str, str], constructions: list[str]) -> tuple[int, ...]:
    """Conditions first, then distances from near to far, then constructions in the order of the items."""
    grouping, group, condition = row
    if grouping == "distance":
        return 1, [*DISTANCES, FARTHEST].index(group)
    if grouping == "construction":
        return 2, constructions.index(group), *_condition_rank(condition)
    return 0, *_condition_rank(group)


def _condition_rank(name: str) -> tuple[int, int]:
    """Rank of ``attractors_1``: its kind's, then the number."""
    kind, _, count = name.rpartition("_")
    return (CONDITIONS.index(kind), int(count)) if count.isdecimal() else (CONDITIONS.index(name), 0)
