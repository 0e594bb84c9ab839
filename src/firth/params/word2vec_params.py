"""Section ``word2vec``: skip-gram."""

from typing import Annotated, Literal

from pydantic import Field

from firth.params.section import BatchSize, Dimension, Epochs, Exponent, LearningRate, Section, Window
from firth.params.subsampling_threshold import Threshold

SkipGramLoss = Literal["negative_sampling", "softmax"]


class Word2vecParams(Section):
    loss: SkipGramLoss
    dimension: Dimension
    context_window: Window
    negative_samples: Annotated[int, Field(ge=1, le=1000)]
    smoothing: Exponent
    subsampling_threshold: Threshold
    epochs: Epochs
    batch_size: BatchSize
    shards: Annotated[int, Field(ge=1, le=64)]
    learning_rate: LearningRate
    final_learning_rate: LearningRate

    def rate(self, done: float) -> float:
        """The learning rate after a share ``done`` of the training."""
        return self.learning_rate + done * (self.final_learning_rate - self.learning_rate)
