"""What the studies of encoder–decoders share: a training on translation, and what it is worth."""

from pathlib import Path
from typing import Any

import torch

from firth.params.seq2seq import Attention, Seq2seqParams
from firth.seq2seq.data import Pairs, Seq2seqData
from firth.seq2seq.module import Seq2seqModule
from firth.seq2seq.networks import Configuration, EncoderDecoder, initial_network
from firth.seq2seq.scores import translation_scores
from firth.seq2seq.search import decode_all
from firth.text.sides import SIDES, decoder, vocabulary_sizes
from firth.training.reproducibility import derived_seed
from firth.training.trainer import Run, train
from firth.workspace import Workspace

TEST = "test"  # the split of the built-in world


def begun(experiment: Workspace, settings: Seq2seqParams, attention: Attention, seed: int) -> EncoderDecoder:
    """A translator before its training, with the same random weights for all that a study compares."""
    tokens, vectors = experiment.tokens("translation"), experiment.model(settings.initial_embeddings) / "vectors.txt"
    torch.manual_seed(derived_seed(seed, "study", "encoder-decoder"))
    configuration = Configuration(attention, *vocabulary_sizes(tokens), settings)
    return initial_network(configuration, "translation", tokens, vectors)[0]


def train_on(network: EncoderDecoder, training: Pairs, valid: Pairs, run: Run) -> None:
    """Train by the network's own settings, and keep the weights that are best on the validation pairs."""
    settings = network.configuration.settings
    data = Seq2seqData(training, valid, settings, run.seed)
    module = Seq2seqModule(network, settings, settings.max_epochs * data.steps_per_epoch)
    clip, epochs = settings.gradient_clip_norm, settings.max_epochs
    train(module, data, run, max_epochs=epochs, patience=settings.patience, gradient_clip_norm=clip)


def worth(network: EncoderDecoder, tokens: Path, precision: str) -> dict[str, Any]:
    """BLEU on the test pairs, over all and by the length of the source; texts are those of the pieces."""
    pairs, readable = Pairs.load(tokens, TEST), {side: decoder(tokens, side) for side in SIDES}
    outputs = decode_all(network, pairs.source, network.configuration.settings, precision)
    sides = {side: [readable[side](ids.tolist()) for ids in getattr(pairs, side).sentences()] for side in SIDES}
    scores = translation_scores(list(map(readable["target"], outputs)), sides["target"], sides["source"])
    return {name: scores[name] for name in ("bleu", "bleu_signature", "by_source_length")}
