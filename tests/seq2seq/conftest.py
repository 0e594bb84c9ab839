from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from firth.params.seq2seq_params import Seq2seqParams
from firth.seq2seq.pairs import Pairs
from firth.text.streams import TokenStream


@pytest.fixture
def settings() -> Callable[..., Seq2seqParams]:
    """Small settings, with any keys changed."""

    def build(**changes: Any) -> Seq2seqParams:
        values = {
            "cell": "gru", "embedding_size": 3, "initial_embeddings": "random", "hidden_size": 4, "layers": 1,
            "dropout": 0.0,
            "label_smoothing": 0.0, "bidirectional": False, "reverse_source": False,
            "batch_size": 4, "batch_type": "pairs",
            "learning_rate": 0.01,
            "gradient_clip_norm": 1.0, "max_epochs": 3, "patience": 3,
        }  # fmt: skip
        return Seq2seqParams.model_validate({**values, **changes})

    return build


@pytest.fixture
def pairs() -> Callable[[Sequence[Sequence[int]], Sequence[Sequence[int]]], Pairs]:
    """Pairs in memory from lists of ids."""

    def stream(sentences: Sequence[Sequence[int]]) -> TokenStream:
        ids = np.array([token for sentence in sentences for token in sentence], dtype=np.uint16)
        return TokenStream(ids, np.cumsum([0, *map(len, sentences)]).astype(np.int64))

    return lambda sources, targets: Pairs(stream(sources), stream(targets))
