"""Section ``alignment``: sentences that encoder–decoders are watched with."""

from firth.params.section import Section


class AlignmentParams(Section):
    translation: list[str]
    qa: list[str]
