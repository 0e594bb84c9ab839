"""Section ``cooccurrence``: how neighbors are counted."""

from firth.params.section import Count, Section


class CooccurrenceParams(Section):
    context_window: Count
