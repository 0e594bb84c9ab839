"""The metrics of the streams of a role as tables and as few numbers; see ``corpus_streams`` for their meaning."""

from typing import Any

import pandas as pd


def statistics_table(metrics: dict[str, Any]) -> pd.DataFrame:
    """The metrics of ``make_streams`` as a table, a row for each stream: split, side, and its numbers."""
    sizes = metrics["vocabulary_size"]
    rows = []
    for split, found in metrics.items():
        if split == "vocabulary_size":
            continue
        for side, numbers in (found if "tokens" not in found else {"": found}).items():
            size = sizes[side] if isinstance(sizes, dict) else sizes
            rows.append({"split": split, "side": side, **numbers, "vocabulary_size": size})
    return pd.DataFrame(rows)


def main_numbers_of_streams(table: pd.DataFrame) -> dict[str, Any]:
    """The few numbers of a role's streams that people compare, from their table."""
    numbers: dict[str, Any] = {}
    for side in dict.fromkeys(table["side"]):
        rows, prefix = table[table["side"] == side].set_index("split"), f"{side}_" if side else ""
        numbers[f"{prefix}vocabulary_size"] = int(rows.at["train", "vocabulary_size"])
        numbers[f"{prefix}train_tokens"] = int(rows.at["train", "tokens"])
        last = rows.index[-1]
        numbers[f"{prefix}{last}_out_of_vocabulary_rate"] = float(rows.at[last, "out_of_vocabulary_rate"])
    return numbers
