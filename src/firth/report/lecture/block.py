"""A block of the page: one claim of the lecture, judged and illustrated by the results of this run."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from firth.report.findings import Findings


class Verdict(StrEnum):
    """What a run says of a claim.

    A claim that explains a method or draws a network holds by definition: it is ``EXPLAINED``.
    """

    HOLDS = "holds"
    NOT_HERE = "not here"
    UNTESTED = "not tested"
    EXPLAINED = "explained"


@dataclass(frozen=True)
class Judgment:
    """The finding of one run.

    Attributes
    ----------
    finding : one sentence, with its numbers.
    number : the number that decides, as it stands in the finding; empty where none does.
    command : brings the results that an untested claim needs, once params.yaml asks for them.
    """

    verdict: Verdict
    finding: str
    number: str = ""
    command: str = ""


@dataclass(frozen=True)
class Block:
    """A claim, and how a run decides it.

    Attributes
    ----------
    claims : numbers of the claims in docs/report.md.
    title : the claim, one sentence.
    sources : names of the tables in ``reports/details`` that the finding takes its numbers from; or ``study:NAME``,
        for the metrics of studies whose names begin so.
    threshold : when the claim holds, for docs/report.md; empty where nothing is tested.
    judge : the finding of the run, without any number where the run could not test the claim.
    draw : the figure, None where there is nothing to draw.
    example : one real example of the run.
    command : asks the models of the run for the example on the command line; empty where the run has none.
    """

    anchor: str
    claims: tuple[int, ...]
    title: str
    sources: tuple[str, ...]
    threshold: str
    judge: Callable[[Findings], Judgment]
    draw: Callable[[Findings], Markup | None] = lambda findings: None
    example: Callable[[Findings], Markup | None] = lambda findings: None
    command: Callable[[Findings], str] = lambda findings: ""

    @property
    def is_study(self) -> bool:
        """Whether studies decide it, whose texts are their own, whatever the run reads."""
        return any(source.startswith("study:") for source in self.sources)


@dataclass(frozen=True)
class Chapter:
    """Blocks under one heading of the page."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


def decided(holds: bool, finding: str, number: str = "") -> Judgment:
    """A claim that the run bears out, or not, which the finding then begins with."""
    return Judgment(Verdict.HOLDS, finding, number) if holds else Judgment(Verdict.NOT_HERE, finding, number)


def untested(reason: str, command: str = "") -> Judgment:
    """A claim that the run has no results for; the reason says which are missing, and the command brings them."""
    return Judgment(Verdict.UNTESTED, reason, command=command)


def explained(sentence: str) -> Judgment:
    """A claim that holds by definition."""
    return Judgment(Verdict.EXPLAINED, sentence)
