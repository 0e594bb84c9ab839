"""Section ``word2vec``: skip-gram with negative sampling."""

from typing import Annotated

from pydantic import Field

from firth.params.section import Count, Positive, Section


class Word2vecParams(Section):
    dimension: Count
    context_window: Count
    negative_samples: Count
    smoothing: Annotated[float, Field(gt=0, le=1)]
    subsampling_threshold: Annotated[float, Field(ge=0)]
    epochs: Count
    batch_size: Count
    learning_rate: Positive
