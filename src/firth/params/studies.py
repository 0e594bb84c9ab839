"""What the studies compare; each study reads the sections of ``studies/params.yaml`` that it names in its dvc.yaml."""

from typing import Literal

SkipGramLoss = Literal["softmax", "negative_sampling"]
Method = Literal["feedforward", "softmax", "negative_sampling"]  # ways to learn word vectors
METHODS: tuple[Method, ...] = ("feedforward", "softmax", "negative_sampling")
Clipping = Literal["clipped", "unclipped"]  # of gradients
CLIPPINGS: tuple[Clipping, ...] = ("clipped", "unclipped")
InitialEmbeddings = Literal["random", "svd", "word2vec"]
INITIAL_EMBEDDINGS: tuple[InitialEmbeddings, ...] = ("random", "svd", "word2vec")
Reading = Literal[
    "forward", "reversed", "attention"
]  # how a source is read: from its start, its end, or looked back at
READINGS: tuple[Reading, ...] = ("forward", "reversed", "attention")
