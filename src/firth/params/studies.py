"""What the studies compare; each study reads the sections of ``studies/params.yaml`` that it names in its dvc.yaml."""

from typing import Literal

Method = Literal["feedforward", "negative_sampling"]  # ways to learn word vectors
METHODS: tuple[Method, ...] = ("feedforward", "negative_sampling")
