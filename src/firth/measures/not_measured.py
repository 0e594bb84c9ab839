"""Numbers that a text or a model doesn't give.

Little or odd text never stops a measuring stage. A number that it doesn't give is null in the stage's metrics, and the
table ``not_measured`` beside them says why: a row for each such number, with the columns ``number`` and ``reason``.
Without such a number there is no such table. Errors are for what is missing or damaged.
"""

from collections.abc import Mapping

NOT_MEASURED = "not_measured"  # name of the table
COLUMNS = ["number", "reason"]
NOT_FINITE = "infinite or not a number: the training diverged (give a smaller learning rate), or all gradients vanish"

Reasons = Mapping[str, str]  # name of a number → why it is not measured


def by_reason(reasons: Reasons) -> dict[str, list[str]]:
    """Reason → the numbers that have it, both in order."""
    names: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        names.setdefault(reason, []).append(name)
    return names
