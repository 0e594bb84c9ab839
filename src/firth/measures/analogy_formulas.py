"""The two formulas that answer analogies a : b = c : ? by cosines."""

import numpy as np
from numpy.typing import NDArray

EPSILON = 0.001  # of 3CosMul (Levy & Goldberg 2014)

Cosines = NDArray[np.floating]


def three_cos_add(a: Cosines, b: Cosines, c: Cosines) -> Cosines:
    """3CosAdd (Mikolov, Yih & Zweig 2013): cos(d, b) + cos(d, c) − cos(d, a), the score of every word d as the answer.

    Parameters
    ----------
    a, b, c : (V,) cosines of every word d with a, b and c.
    """
    return b + c - a


def nearness(cosines: Cosines) -> Cosines:
    """(cos + 1) / 2, which lies in [0, 1]."""
    return (cosines + 1) / 2


def three_cos_mul(a: Cosines, b: Cosines, c: Cosines) -> Cosines:
    """3CosMul (Levy & Goldberg 2014, equation 4): s(d, b) · s(d, c) / (s(d, a) + ε); one large term can't outweigh all.

    Parameters
    ----------
    a, b, c : (V,) ``nearness`` s of every word d to a, b and c.
    """
    return b * c / (a + EPSILON)
