"""What the blocks on encoder–decoders share: example sentences in their languages, and the words that differ."""

from difflib import SequenceMatcher
from typing import Any

import pandas as pd
from markupsafe import Markup

from firth.report.findings import Findings
from firth.report.markup import Content, join, marked
from firth.report.names import ATTENTIONS, display_name, in_order

MARGIN = 5  # BLEU points that a difference must have: that of some hundred sentences is uncertain by two or three
FEWEST = 20  # sentences of a group whose BLEU is said
MISSING = "…"  # stands for words of the reference that an output lacks


def with_differences(output: str, reference: str) -> Markup:
    """An output with every word marked that the reference has not there, and … where it lacks words."""
    written, right = output.split(), reference.split()
    parts: list[Content] = []
    for kind, *_, begin, end in SequenceMatcher(None, right, written, autojunk=False).get_opcodes():
        if kind == "equal":
            parts += written[begin:end]
        else:
            parts.append(marked(" ".join(written[begin:end]) or MISSING))
    return join(parts, " ")


def with_interval(row: "pd.Series[Any]", measure: str, digits: int) -> str:
    """A score with its 95 % interval, from the columns MEASURE, MEASURE_low and MEASURE_high: 96.1 [95.5–96.7]."""
    score, low, high = (row[f"{measure}{end}"] for end in ("", "_low", "_high"))
    interval = f" [{low:.{digits}f}–{high:.{digits}f}]" if pd.notna(low) and pd.notna(high) else ""
    return f"{score:.{digits}f}{interval}"


def first_split(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of the first test split."""
    return frame[frame["split"] == frame["split"].min()]


def of_first_split(findings: Findings, name: str, task: str) -> pd.DataFrame:
    """The rows of one task on its first test split, by attention, with their keys; those without scores are kept."""
    frame = findings.table(name)
    return first_split(frame[frame["task"] == task]).set_index("attention")


def with_attention(keys: pd.Index) -> list[str]:
    """The attentions among these keys, in order, ``none`` left out."""
    return [key for key in in_order(keys, ATTENTIONS) if key != "none"]


def attention_name(key: str) -> str:
    """``dot`` → with dot attention; ``none`` → without attention."""
    name = display_name(key, ATTENTIONS)
    return name if key == "none" else f"with {name}"
