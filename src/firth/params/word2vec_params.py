"""Section ``word2vec``: skip-gram."""

from typing import Annotated, Literal

from pydantic import Field

from firth.params.section import Count, Positive, Section


class Word2vecParams(Section):
    loss: Literal["negative_sampling", "softmax"]
    dimension: Count
    context_window: Count
    negative_samples: Count
    smoothing: Annotated[float, Field(gt=0, le=1)]
    subsampling_threshold: Annotated[float, Field(ge=0)]
    epochs: Count
    batch_size: Count
    shards: Annotated[int, Field(gt=0, le=64)]
    learning_rate: Positive
    final_learning_rate: Positive

    def rate(self, done: float) -> float:
        """The learning rate after a share ``done`` of the training."""
        return self.learning_rate + done * (self.final_learning_rate - self.learning_rate)
