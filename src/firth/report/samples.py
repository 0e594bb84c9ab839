"""The page's samples of outputs: sentences of a test text on which the encoder–decoders of a task differ."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired

from markupsafe import Markup
from typing_extensions import TypedDict

from firth.report.findings import Findings
from firth.report.lecture.sequence_texts import with_differences
from firth.report.markup import Content, fold, in_language, join, paragraph, table
from firth.report.names import ATTENTIONS, display_name, in_order

MOST = 8  # sentences that are shown of each task


class OutputRecord(TypedDict):
    """One line of a file of outputs: a source, or a story and a question, with the reference and what was written."""

    story: NotRequired[list[str]]
    question: NotRequired[str]
    source: NotRequired[str]
    reference: str
    output: str
    chrf: float


def differing(outputs: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The first ``MOST`` items that the models write differently, or of one model, that it does not write as reference.

    Parameters
    ----------
    outputs : attention → its outputs for the same items, in order.

    Returns
    -------
    list[dict]
        Of each item ``source`` (a story ends in its question), ``reference``, and ``outputs`` by attention.
    """
    found = []
    for records in zip(*outputs.values(), strict=False):
        written = {attention: record["output"] for attention, record in zip(outputs, records, strict=True)}
        texts = set(written.values()) if len(written) > 1 else {*written.values(), records[0]["reference"]}
        if len(texts) > 1:
            source = " ".join([*records[0].get("story", []), records[0].get("question", records[0].get("source", ""))])
            found.append({"source": source, "reference": records[0]["reference"], "outputs": written})
        if len(found) == MOST:
            break
    return found


def samples_part(findings: Findings, task: str) -> Markup | None:
    """A table of these items, folded; what differs from the reference is marked."""
    items = findings.samples.get(task, [])
    models = in_order((attention for item in items for attention in item["outputs"]), ATTENTIONS)
    header: list[Content] = ["source", "reference", *(display_name(name, ATTENTIONS) for name in models)]
    rows: list[list[Content]] = []
    for item in items:
        source = in_language(item["source"], findings.language(task, "source"))
        written = (with_differences(item["outputs"][name], item["reference"]) for name in models)
        targets = (in_language(text, findings.language(task, "target")) for text in (item["reference"], *written))
        rows.append([source, *targets])
    shown = table("The first test sentences that are written differently", header, rows, "lists stack")
    note = paragraph("Marked: words that the reference does not have there; … stands for missing words.", kind="note")
    return fold("Outputs", join([shown, note])) if shown else None
