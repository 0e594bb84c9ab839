"""Networks, and steps of their training, that would fill any memory are refused; docs/experiments.md lists the limits.

The weights of a network are counted by parts: the name of a part, with its formula → its number of weights. A
vocabulary counts with the largest size that ``tokens`` allows it, because the text is not known yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth.params.task_names import Task

if TYPE_CHECKING:
    from firth.params.experiment import Params
    from firth.params.lm_section import LmSection
    from firth.params.model_names import Network, TrainedSpace
    from firth.params.seq2seq_section import Seq2seqSection
    from firth.params.tokens_params import TokensParams

MOST_WEIGHTS = 10**9  # of a network, with a matrix for each layer; an LSTM has eight, and Adam three copies of them
MOST_TOKENS = 10**6  # of one step of a language model


def check_memory(params: Params) -> None:
    """Compare the sizes of all networks that are trained, and of word vectors, with the limits.

    Raises
    ------
    ValueError
        If a network would have more than ``MOST_WEIGHTS``, or a step of a language model more than ``MOST_TOKENS``.
    """
    for name in params.models.networks:
        lm = params.lm_for(name)
        _check_weights(f"lm (for {name})", language_model_weights(name, lm, params.tokens.lm.max_size))
        tokens = lm.batch_size * lm.bptt_length
        if tokens > MOST_TOKENS:
            raise ValueError(
                f"lm.batch_size (for {name}) = {lm.batch_size}: times bptt_length = {lm.bptt_length} is a step of "
                f"{tokens:,} tokens; make one of them smaller, for at most {MOST_TOKENS:,}"
            )
    for task, attention in params.models.encoder_decoders:
        weights = encoder_decoder_weights(task, params.seq2seq_for(task, attention), params.tokens)
        _check_weights(f"seq2seq (for {task} with attention {attention})", weights)
    for space, weights in word_vector_weights(params).items():
        _check_weights(space, weights)


def language_model_weights(network: Network, lm: LmSection, vocabulary_size: int) -> dict[str, int]:
    """The weights of a language model, by part."""
    weights = {
        **_layer_weights(lm),
        "embeddings: tokens.lm.max_size × embedding_size": vocabulary_size * lm.embedding_size,
    }
    output, size = (
        ("embedding_size", lm.embedding_size) if network == "transformer" else ("hidden_size", lm.hidden_size)
    )
    if network == "feedforward":
        context = lm.context_size * lm.embedding_size
        weights["first layer: context_size × embedding_size × hidden_size"] = context * lm.hidden_size
        if lm.direct_connections:
            output, size = "(hidden_size + context_size × embedding_size)", lm.hidden_size + context
    if lm.tied_embeddings:
        return {**weights, f"output layer: {output} × embedding_size": size * lm.embedding_size}
    return {**weights, f"output layer: tokens.lm.max_size × {output}": vocabulary_size * size}


def encoder_decoder_weights(task: Task, section: Seq2seqSection, tokens: TokensParams) -> dict[str, int]:
    """The weights of an encoder–decoder, by part. The output layer has the target embeddings."""
    key, size = (
        ("translation.vocabulary_size", tokens.translation.vocabulary_size)
        if task == "translation"
        else ("qa.max_size", tokens.qa.max_size)
    )
    return {
        **_layer_weights(section),
        f"embeddings: 2 × tokens.{key} × embedding_size": 2 * size * section.embedding_size,
    }


def word_vector_weights(params: Params) -> dict[TrainedSpace, dict[str, int]]:
    """The weights of both kinds of word vectors, by part. word2vec learns context vectors too."""
    words = params.tokens.embeddings.max_size
    return {
        "word2vec": {"vectors: 2 × tokens.embeddings.max_size × dimension": 2 * words * params.word2vec.dimension},
        "svd": {"vectors: tokens.embeddings.max_size × dimension": words * params.svd.dimension},
    }


def _layer_weights(section: LmSection | Seq2seqSection) -> dict[str, int]:
    width = max(section.embedding_size, section.hidden_size)
    return {"layers: layers × the square of the larger of hidden_size and embedding_size": section.layers * width**2}


def _check_weights(key: str, weights: dict[str, int]) -> None:
    total, largest = sum(weights.values()), max(weights, key=lambda part: weights[part])
    if total > MOST_WEIGHTS:
        raise ValueError(
            f"{key}: up to {total:,} weights, most of them in {largest} = {weights[largest]:,}; make one of these "
            f"numbers smaller, for at most {MOST_WEIGHTS:,} weights"
        )
