"""The discounts of modified Kneser–Ney smoothing, estimated from counts of counts."""

import numpy as np
from numpy.typing import NDArray

FALLBACK_DISCOUNTS = (0.5, 1.0, 1.5)  # those of KenLM's ``lmplz --discount_fallback``
SMALLEST_DISCOUNT = 1e-9  # a smaller estimate is a rounding error of 0


def estimated_discounts(counts: NDArray[np.int64]) -> tuple[float, float, float] | None:
    """D1, D2, D3+ from the counts of counts (Chen & Goodman 1998, equation 26); None if they can't be estimated.

    That is so if no n-gram has one of the counts 1 to 3, as happens with little text, or if an estimate is not above 0;
    none is above its count. KenLM's ``lmplz --discount_fallback`` keeps an estimate of 0. It is refused here, because
    after a context whose n-grams all have that count, no probability would be left for other words.
    """
    n1, n2, n3, n4 = (int(np.sum(counts == count)) for count in (1, 2, 3, 4))
    if not (n1 and n2 and n3):
        return None
    y = n1 / (n1 + 2 * n2)
    d1, d2, d3 = 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3
    return (d1, d2, d3) if min(d1, d2, d3) > SMALLEST_DISCOUNT else None
