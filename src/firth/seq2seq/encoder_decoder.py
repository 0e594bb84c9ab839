"""The encoder–decoder: the encoder reads the source into a state, from which the decoder writes the target.

Sutskever et al. (2014); Cho et al. (2014). The decoder starts in the encoder's last state s_S, and the first target
word is predicted from it directly: y₁ ~ softmax(V s_S). Each further word is predicted from the decoder's state after
the word before. There is no begin-of-sentence symbol. With attention, see ``attention``.

Shapes: S source positions, T target positions, B sentences, N labels without padding, H hidden_size.
"""

from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from firth.kernels.packed_recurrence import State
from firth.params.section import VocabularySize
from firth.params.seq2seq_params import Seq2seqParams
from firth.params.task_names import Attention, Task
from firth.seq2seq.attention import Memory
from firth.seq2seq.decoder import Decoder
from firth.seq2seq.encoder import Encoder
from firth.seq2seq.pairs import PairBatch
from firth.seq2seq.recurrent_layers import EMBEDDING_DEVIATION, top_hidden
from firth.stored_files import check_vocabulary, read_json
from firth.text.sides import SIDES, vocabulary_sizes, whole_words
from firth.training.dropout import locked_dropout
from firth.training.embeddings import initialize
from firth.training.saved import SETTINGS, load_network, save_network
from firth.word2vec_format import read_word2vec
from firth.workspace import model_stage


class Configuration(NamedTuple):
    """Everything that is needed to rebuild a network."""

    attention: Attention
    source_vocabulary_size: VocabularySize
    target_vocabulary_size: VocabularySize
    settings: Seq2seqParams


class EncoderDecoder(nn.Module):
    """Encoder and decoder of equal size, each with its own embeddings."""

    def __init__(self, configuration: Configuration) -> None:
        super().__init__()
        self.configuration = configuration
        attention, source_vocabulary_size, target_vocabulary_size, settings = configuration
        self.encoder = Encoder(attention, source_vocabulary_size, settings)
        self.decoder = Decoder(attention, target_vocabulary_size, settings)

    def read(self, source: Tensor, lengths: Tensor) -> tuple[State, Memory | None]:
        """Read the source (S, B), lengths (B,): the decoder's initial state, and the memory for attention, if any."""
        if self.decoder.attention is None:
            return self.encoder(source, lengths), None
        values, state = self.encoder.hidden_states(source, lengths)  # (S, B, H)
        real = torch.arange(len(source), device=source.device).unsqueeze(1) < lengths.to(source.device)  # (S, B)
        return state, self.decoder.attention.memory(values, real)

    def forward(self, source: Tensor, lengths: Tensor, target: Tensor) -> Tensor:
        """Teacher forcing: source (S, B), lengths (B,), target (T, B) → top layer (T + 1, B, H).

        Position 0, made of s_S, predicts the first target word; position t predicts the word after t target words.
        """
        state, memory = self.read(source, lengths)
        hidden, _ = self.decoder(target, state)  # (T, B, H)
        return self.decoder.top(torch.cat([top_hidden(state).unsqueeze(0), hidden]), memory)

    def loss(self, batch: PairBatch, label_smoothing: float = 0.0) -> Tensor:
        """Negative log-likelihood of the batch's labels in nats, summed, with label smoothing if there is any."""
        top = self(batch.source, batch.lengths, batch.target)  # (T + 1, B, H)
        dropped = locked_dropout(top, self.decoder.dropout, self.training)[batch.real]  # (N, H)
        return self.decoder.negative_log_likelihood(dropped, batch.labels[batch.real], label_smoothing).sum()


def initial_network(
    configuration: Configuration, task: Task, tokens: Path, vectors: Path
) -> tuple[EncoderDecoder, dict[str, float]]:
    """A network before training, and the share of each side's vocabulary that is initialized from word vectors.

    Word vectors are of one language: in translation, they initialize the source embeddings alone.

    Parameters
    ----------
    tokens : the folder of tokens with the network's vocabularies.
    vectors : file of word vectors in word2vec's binary format; not read with random embeddings.

    Raises
    ------
    FirthError
        If the word vectors are missing, damaged, or not as long as the embeddings.
    """
    network = EncoderDecoder(configuration)
    kind = configuration.settings.initial_embeddings
    if kind == "random":
        return network, {}
    loaded = read_word2vec(vectors, kind)
    covered, embeddings = {}, {"source": network.encoder.embedding, "target": network.decoder.embedding}
    for side in ("source",) if task == "translation" else SIDES:
        weight, words = embeddings[side].weight, whole_words(tokens, side)
        covered[side] = initialize(weight, EMBEDDING_DEVIATION, words, loaded, "seq2seq.embedding_size", str(vectors))
    return network, covered


def save(network: EncoderDecoder, folder: Path) -> None:
    """Write the weights and the configuration."""
    configuration = network.configuration
    save_network(folder, network, {**configuration._asdict(), "settings": configuration.settings.model_dump()})


def load(folder: Path) -> EncoderDecoder:
    """Rebuild a trained network from the folder of a model, ready for decoding (no dropout).

    Raises
    ------
    FirthError
        If a file is missing or damaged.
    """
    configuration = read_json(folder / SETTINGS, Configuration, model_stage(folder))
    return load_network(folder, partial(EncoderDecoder, configuration)).eval()


def load_for(tokens: Path, folder: Path) -> EncoderDecoder:
    """The same for a folder of tokens, whose vocabularies must be as large as those of the training.

    Raises
    ------
    FirthError
        As ``load``, and if a vocabulary has another size.
    """
    network = load(folder)
    for of_model, present in zip(network.configuration[1:3], vocabulary_sizes(tokens), strict=True):
        check_vocabulary(folder, of_model, present)
    return network
