"""Section ``cooccurrence``: how neighbors are counted."""

from typing import Literal

from firth.params.section import Section, Window
from firth.params.subsampling_threshold import Threshold

WindowShape = Literal["uniform", "linear", "harmonic"]


class CooccurrenceParams(Section):
    context_window: Window
    window_shape: WindowShape
    subsampling_threshold: Threshold
    subsampling: Literal["dirty", "clean"]
