"""Whether the numbers of a finding stand in the results that it names."""

import re
from collections.abc import Iterator

import pandas as pd

from firth.report.findings import Findings
from firth.report.lecture.block import Block, Verdict
from firth.tables import flatten

NUMBER = re.compile(r"(?<![\w.,])[-−]?(\d[\d,]*(?:\.\d+)?(?:e-\d+)?)(?:·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?( ?%| million| billion)?")
COUNTED = re.compile(r"(\d+) of (\d+) (?=translators|cells)")
SCALES = {None: 1, "%": 0.01, " %": 0.01, " million": 1e6, " billion": 1e9}
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
MODELS = ("attention", "network")  # columns of what is counted


def unfounded(block: Block, findings: Findings) -> list[str]:
    """The numbers of a block's finding that none of its sources has, rounded as they are written."""
    judgment = block.judge(findings)
    assert judgment.number in judgment.finding
    if judgment.verdict == Verdict.UNTESTED:  # a reason may say how much is missing
        return []
    values, models = list(_numbers_of(block, findings)), _most_models(block, findings)
    counts = [(int(some), int(whole)) for some, whole in COUNTED.findall(judgment.finding)]
    assert all(some <= whole <= models for some, whole in counts), judgment.finding
    said = _numbers_in(COUNTED.sub("", judgment.finding))
    return [text for text, shown in said if not any(_rounds_to(value, shown) for value in values)]


def _most_models(block: Block, findings: Findings) -> int:
    tables = [findings.table(source) for source in block.sources if not source.startswith("study:")]
    counts = [table[column].nunique() for table in tables for column in MODELS if column in table]
    counts += [
        sum(name.startswith(source.removeprefix("study:")) for name in findings.studies) for source in block.sources
    ]
    return max(counts, default=0)


def _numbers_in(sentence: str) -> Iterator[tuple[str, tuple[float, float]]]:
    """Each number of a sentence as it stands there, with the bounds of what rounds to it."""
    for found in NUMBER.finditer(sentence):
        digits, exponent, unit = found.groups()
        mantissa, _, power = digits.replace(",", "").partition("e")
        _, _, decimals = mantissa.partition(".")
        scale = 10.0 ** int((exponent or power or "0").translate(SUPERSCRIPTS)) * SCALES[unit]
        value, half = float(mantissa), 0.5 * 10.0 ** -len(decimals)
        yield found[0], ((value - half) * scale, (value + half) * scale)


def _rounds_to(value: float, bounds: tuple[float, float]) -> bool:
    low, high = bounds
    slack = 1e-6 * abs(high)
    return low - slack <= abs(value) <= high + slack


def _numbers_of(block: Block, findings: Findings) -> Iterator[float]:
    """All numbers in the files that a block names; of groups such as ``6-10``, both ends."""
    for source in block.sources:
        if source.startswith("study:"):
            prefix = source.removeprefix("study:")
            for name, metrics in findings.studies.items():
                if name.startswith(prefix):
                    flat = flatten(dict(metrics))
                    yield from (float(value) for value in flat.values() if isinstance(value, int | float))
                    yield from (float(part) for key in flat for part in re.findall(r"\d+(?:\.\d+)?", key))
        elif source in findings.tables:
            frame = findings.tables[source]
            yield from pd.to_numeric(frame.stack(), errors="coerce").dropna().tolist()
            texts = set(frame.select_dtypes(exclude="number").stack().dropna().map(str))
            yield from (float(part) for text in texts for part in re.findall(r"\d+(?:\.\d+)?", text))
