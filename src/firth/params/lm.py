"""Sections ``lm`` and ``lm_overrides``: neural language models."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from firth.params.section import Count, NotNegative, Positive, Probability, Section, override_of

Cell = Literal["rnn", "gru", "lstm"]
Network = Literal["feedforward", "rnn", "gru", "lstm"]
Optimizer = Literal["adam", "adamw", "sgd"]
Schedule = Literal["cosine", "plateau", "constant"]
NETWORKS: tuple[Network, ...] = ("feedforward", "rnn", "gru", "lstm")


def _ascending(cutoffs: list[int]) -> list[int]:
    if cutoffs != sorted(set(cutoffs)):
        raise ValueError("cutoffs must ascend, as in [1000, 4000]")
    return cutoffs


class DynamicEvaluation(Section):
    """How a trained model goes on learning from the text that it is tested on (Krause et al. 2018)."""

    learning_rate: Positive
    decay: NotNegative
    segment_length: Count


class LmParams(Section):
    embedding_size: Count
    hidden_size: Count
    layers: Count
    tied_embeddings: bool
    adaptive_softmax_cutoffs: Annotated[list[Count], AfterValidator(_ascending)]
    context_size: Count
    direct_connections: bool
    initial_embeddings: Literal["random", "svd", "word2vec"]
    embedding_dropout: Probability
    input_dropout: Probability
    hidden_dropout: Probability
    output_dropout: Probability
    weight_dropout: Probability
    activation_regularization: NotNegative
    temporal_activation_regularization: NotNegative
    batch_size: Count
    bptt_length: Count
    random_bptt: bool
    optimizer: Optimizer
    learning_rate: Positive
    schedule: Schedule
    weight_decay: NotNegative
    averaging_interval: Annotated[int, Field(ge=0, lt=2**31)]
    gradient_clip_norm: Positive
    max_epochs: Count
    patience: Count
    dynamic_evaluation: DynamicEvaluation | None


if TYPE_CHECKING:
    LmOverride = Section
else:
    LmOverride = override_of(LmParams, without=["initial_embeddings"])  # which is a dependency in dvc.yaml


class LmOverrides(Section):
    """Any keys of ``lm`` but ``initial_embeddings``, for one network."""

    feedforward: LmOverride
    rnn: LmOverride
    gru: LmOverride
    lstm: LmOverride
