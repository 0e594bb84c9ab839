"""Whether the numbers of a finding stand in the results that it names."""

import re
from collections.abc import Iterable
from typing import Any

from firth.report.findings import Findings
from firth.report.lecture.block import Block
from firth.tables import flatten


def unfounded(block: Block, findings: Findings) -> list[str]:
    """The numbers of a block's finding that none of its sources has, rounded as they are written."""
    values = [value for source in block.sources for value in _values(source, findings)]
    numbers = {number for value in values if isinstance(value, int | float) for number in _written(float(value))}
    texts = " ".join(value for value in values if isinstance(value, str))
    said = re.findall(r"\d[\d,]*(?:\.\d+)?(?:e-\d+)?", block.judge(findings).finding)
    return [number for number in said if number.rstrip(",") not in numbers and number not in texts]


def _values(source: str, findings: Findings) -> Iterable[Any]:
    if source.startswith("study:"):
        for name, metrics in findings.studies.items():
            if name.startswith(source.removeprefix("study:")):
                flat = flatten(dict(metrics))
                yield from [*flat, *flat.values()]
    else:
        for column in findings.table(source).T.to_numpy():
            yield from column


def _written(value: float) -> set[str]:
    return {f"{value:,.{decimals}f}" for decimals in range(4)} | {f"{value:.2g}"}
