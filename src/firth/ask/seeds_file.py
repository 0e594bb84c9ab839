"""``reports/seeds.json``: the spread of headline numbers over seeds, and of which params it is."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from firth.errors import FirthError
from firth.measures.seed_spread import Spread

SEEDS = "reports/seeds.json"
NO_PART = ("repeat", "compute.", "models.", "report.")  # of what decides how far numbers spread
OTHER_PARAMS = f"{SEEDS} is of other params; `firth seeds` measures the spread anew"


class Seeds(NamedTuple):
    """The spread of each number, and the digest of the params that it was measured with."""

    params: str
    spreads: Mapping[str, Spread]


def params_digest(params: Mapping[str, Any]) -> str:
    """A digest of params by dotted key, without those that don't decide results, and without ``repeat``."""
    deciding = {key: value for key, value in params.items() if not key.startswith(NO_PART)}
    return hashlib.sha256(json.dumps(deciding, sort_keys=True, default=str).encode()).hexdigest()[:16]


def read_seeds(text: str, label: str) -> Seeds:
    """The content of a seeds file, as ``written`` gives it.

    Raises
    ------
    FirthError
        If it is no such file.
    """
    try:
        content = json.loads(text)
        spreads = {
            name: Spread(float(found["mean"]), float(found["standard_deviation"]), int(found["n"]))
            for name, found in content["numbers"].items()
        }
        return Seeds(str(content["params"]), spreads)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FirthError(
            f"{SEEDS} ({label}): not the spread of numbers (a merge conflict?); `firth seeds` writes it anew"
        ) from None


def written(seeds: Seeds) -> dict[str, Any]:
    """The content of a seeds file, to be written as JSON."""
    return {"params": seeds.params, "numbers": {name: found._asdict() for name, found in seeds.spreads.items()}}
