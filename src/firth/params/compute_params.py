"""Section ``compute``: the hardware, which is no part of an experiment's identity."""

from typing import Literal

from firth.params.section import Count, Positive, Section


class ComputeParams(Section):
    accelerator: Literal["auto", "cpu", "gpu"]
    devices: Count
    nodes: Count
    checkpoint_minutes: Positive
