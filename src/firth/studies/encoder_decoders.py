"""Translators for the studies: initialized, trained, scored."""

from pathlib import Path
from typing import Any

import torch

from firth.derived_seed import derived_seed
from firth.measures.bleu import bleu_by_source_length, metric_signatures, translation_scores
from firth.params.search_params import SearchParams
from firth.params.seq2seq_params import Seq2seqParams
from firth.params.task_names import Attention
from firth.seq2seq.encoder_decoder import Configuration, EncoderDecoder, initial_network
from firth.seq2seq.pairs import Pairs
from firth.seq2seq.search import decode_all
from firth.seq2seq.seq2seq_training import Seq2seqData, Seq2seqModule
from firth.text.sides import SIDES, decoder, vocabulary_sizes
from firth.training.trainer import Run, train
from firth.workspace import Workspace

TEST = "test"  # the test split of the built-in world


def initial_translator(workspace: Workspace, params: Seq2seqParams, attention: Attention, seed: int) -> EncoderDecoder:
    """A translator before its training, with the same random weights for all that a study compares."""
    tokens, vectors = workspace.tokens("translation"), workspace.vectors(params.initial_embeddings)
    torch.manual_seed(derived_seed(seed, "study", "encoder-decoder"))
    configuration = Configuration(attention, *vocabulary_sizes(tokens), params)
    return initial_network(configuration, "translation", tokens, vectors)[0]


def train_translator(network: EncoderDecoder, training: Pairs, valid: Pairs, run: Run) -> None:
    """Train by the network's own params, and keep the weights that are best on the validation pairs."""
    params = network.configuration.settings
    data = Seq2seqData(training, valid, params, run.seed)
    model = Seq2seqModule(network, params, params.max_epochs * data.steps_per_epoch)
    clip, epochs = params.gradient_clip_norm, params.max_epochs
    train(model, data, run, max_epochs=epochs, patience=params.patience, gradient_clip_norm=clip)


def score(network: EncoderDecoder, tokens: Path, search: SearchParams, precision: str) -> dict[str, Any]:
    """BLEU on the test pairs, over all and by source length; texts are those of the pieces."""
    pairs, readable = Pairs.load(tokens, TEST), {side: decoder(tokens, side) for side in SIDES}
    outputs = decode_all(network, pairs.source, network.configuration.settings, search, precision)
    sides = {side: [readable[side](ids.tolist()) for ids in getattr(pairs, side).sentences()] for side in SIDES}
    texts = list(map(readable["target"], outputs))
    lengths = bleu_by_source_length(texts, sides["target"], sides["source"]).set_index("source_length")
    return {
        "bleu": translation_scores(texts, sides["target"])["bleu"],
        "bleu_signature": metric_signatures()["bleu"],
        "by_source_length": lengths.to_dict("index"),
    }
