"""Section ``saliency``: example sentences for the saliency figures of the encoder–decoders."""

from firth.params.section import Section


class SaliencyParams(Section):
    translation: list[str]
    qa: list[str]
