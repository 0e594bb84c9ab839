"""The encoder–decoder: one recurrent network reads the source into a state, another writes the target from it.

Sutskever et al. (2014); Cho et al. (2014). The decoder starts in the encoder's last state s_T, and the first target
word comes straight from it: y₁ ~ softmax(V s_T). Each further word comes from the decoder's state and the word before.
There is no symbol for the begin of a sentence. That is the whole network without attention; with it, see ``attention``.

Shapes: S source positions, T target positions, B sentences, E embedding_size, H hidden_size, V vocabulary size.
"""

import json
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import linear
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from firth.params.seq2seq import Attention, Cell, Seq2seqParams, Task
from firth.seq2seq.attention import AttentionLayer, Memory
from firth.seq2seq.data import Batch
from firth.seq2seq.recurrence import State, read_packed
from firth.text.sides import SIDES, whole_words
from firth.training.dropout import locked_dropout
from firth.training.embeddings import initialize, read_vectors
from firth.training.softmax import softmax_nats

RECURRENCES: dict[Cell, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
FORGET_GATE_BIAS = 1.0  # Jozefowicz et al. (2015)
EMBEDDING_DEVIATION = 0.1


class Configuration(NamedTuple):
    """All that it takes to build a network anew."""

    attention: Attention
    source_vocabulary_size: int
    target_vocabulary_size: int
    settings: Seq2seqParams


class Encoder(nn.Module):
    """Reads the source forwards, backwards, or both ways, into one state of the decoder's size.

    Read both ways, there are two states, and two layers at each position; linear maps make one of them, with a tanh for
    what is a hidden layer (Bahdanau et al. 2015, section A.2.2).
    """

    def __init__(self, attention: Attention, vocabulary_size: int, settings: Seq2seqParams) -> None:
        super().__init__()
        self.reverse_source, self.dropout = settings.reverse_source, settings.dropout
        self.embedding = _embedding(vocabulary_size, settings)
        self.recurrence = _recurrence(settings, settings.bidirectional)
        size = settings.hidden_size
        parts = {"hidden": True, "cell": settings.cell == "lstm", "top": attention != "none"}
        self.joined = nn.ModuleDict(
            {part: _linear(2 * size, size) for part, used in parts.items() if used and settings.bidirectional}
        )

    def forward(self, source: Tensor, lengths: Tensor) -> State:
        """State after the last real token: source (S, B), lengths (B,) ≥ 1 on the CPU → s_T."""
        return self._read(source, lengths)[1]

    def positions(self, source: Tensor, lengths: Tensor) -> tuple[Tensor, State]:
        """The top layer at each position of the source, (S, B, H), zeros on padding if there is any, and the state."""
        found, state = self._read(source, lengths)
        values = pad_packed_sequence(found, total_length=len(source))[0] if isinstance(found, PackedSequence) else found
        if self.reverse_source:
            values = reversed_columns(values, lengths.to(values.device))
        return self.joined["top"](values).tanh() if self.joined else values, state

    def _read(self, source: Tensor, lengths: Tensor) -> tuple[Tensor | PackedSequence, State]:
        if self.reverse_source:
            source = reversed_columns(source, lengths.to(source.device))
        embedded = locked_dropout(self.embedding(source), self.dropout, self.training)  # (S, B, E)
        if int(lengths.min()) < len(source):
            found, state = read_packed(self.recurrence, pack_padded_sequence(embedded, lengths, enforce_sorted=False))
        else:
            found, state = self.recurrence(embedded)
        if not self.joined:
            return found, state
        if isinstance(state, tuple):
            hidden, cell = state
            return found, (self.joined["hidden"](_both(hidden)).tanh(), self.joined["cell"](_both(cell)))
        return found, self.joined["hidden"](_both(state)).tanh()


class Decoder(nn.Module):
    """Writes the target: a recurrence over the words so far, attention if there is any, and the output layer V.

    V is the product of the target embeddings and a projection of the top layer to their size (Press & Wolf, 2017):
    learned in fewer steps than a matrix of its own, and cheaper to multiply with.
    """

    def __init__(self, attention: Attention, vocabulary_size: int, settings: Seq2seqParams) -> None:
        super().__init__()
        self.dropout = settings.dropout
        self.embedding = _embedding(vocabulary_size, settings)
        self.recurrence = _recurrence(settings)
        self.attention = None if attention == "none" else AttentionLayer(attention, settings.hidden_size)
        self.projection = nn.Linear(settings.hidden_size, settings.embedding_size, bias=False)
        self.bias = nn.Parameter(torch.zeros(vocabulary_size))
        nn.init.xavier_uniform_(self.projection.weight)

    def forward(self, target: Tensor, state: State) -> tuple[Tensor, State]:
        """Read target words (T, B) from ``state`` in one call → hidden layers (T, B, H), and the state after them."""
        embedded = locked_dropout(self.embedding(target), self.dropout, self.training)
        hidden, state = self.recurrence(embedded, state)
        return hidden, state

    def top(self, hidden: Tensor, memory: Memory | None) -> Tensor:
        """What words are predicted from, (T, B, H): attentional layers, or without attention the hidden ones."""
        if self.attention is None or memory is None:
            return hidden
        attentional: Tensor = self.attention(hidden, memory)
        return attentional

    def logits(self, top: Tensor) -> Tensor:
        """Score the next word: top layers (..., H) → logits (..., V)."""
        return linear(self.projection(top), self.embedding.weight, self.bias)

    def nats(self, top: Tensor, labels: Tensor, label_smoothing: float) -> Tensor:
        """−ln p of the labels (N,) by the top layers (N, H), smoothed → (N,)."""
        return softmax_nats(self.projection(top), self.embedding.weight, self.bias, labels, label_smoothing)


class EncoderDecoder(nn.Module):
    """Encoder and decoder of equal size, each with embeddings of its own."""

    def __init__(self, configuration: Configuration) -> None:
        super().__init__()
        self.configuration = configuration
        attention, source_vocabulary_size, target_vocabulary_size, settings = configuration
        self.encoder = Encoder(attention, source_vocabulary_size, settings)
        self.decoder = Decoder(attention, target_vocabulary_size, settings)

    def read(self, source: Tensor, lengths: Tensor) -> tuple[State, Memory | None]:
        """Read the source (S, B), lengths (B,): the state that the decoder starts in, and what it can look back at."""
        if self.decoder.attention is None:
            return self.encoder(source, lengths), None
        values, state = self.encoder.positions(source, lengths)
        real = torch.arange(len(source), device=source.device).unsqueeze(1) < lengths.to(source.device)  # (S, B)
        return state, self.decoder.attention.memory(values, real)

    def forward(self, source: Tensor, lengths: Tensor, target: Tensor) -> Tensor:
        """Teacher forcing: source (S, B), lengths (B,), target (T, B) → top layers (T + 1, B, H).

        Position t predicts target word t, and position T what follows the last one; position 0 is made of s_T itself.
        """
        state, memory = self.read(source, lengths)
        hidden, _ = self.decoder(target, state)
        return self.decoder.top(torch.cat([top_hidden(state).unsqueeze(0), hidden]), memory)

    def loss(self, batch: Batch, label_smoothing: float = 0.0) -> Tensor:
        """Sum over the real labels of −ln p, in nats, a scalar; of its smoothed form with label smoothing."""
        top = self(batch.source, batch.lengths, batch.target)
        dropped = locked_dropout(top, self.decoder.dropout, self.training)[batch.real]  # (N, H): no padding
        return self.decoder.nats(dropped, batch.labels[batch.real], label_smoothing).sum()


def top_hidden(state: State) -> Tensor:
    """Hidden layer nearest to the output: state → (B, H)."""
    return (state[0] if isinstance(state, tuple) else state)[-1]


def reversed_columns(values: Tensor, lengths: Tensor) -> Tensor:
    """Reverse the first ``lengths[b]`` rows of each column; padding stays: values (S, B, …), lengths (B,)."""
    positions = torch.arange(len(values), device=values.device).unsqueeze(1)  # (S, 1)
    rows = torch.where(positions < lengths, lengths - 1 - positions, positions)  # (S, B)
    return values[rows, torch.arange(values.shape[1], device=values.device)]


def _both(state: Tensor) -> Tensor:
    """The states of both directions beside each other: (2 · layers, B, H) → (layers, B, 2H)."""
    return torch.cat([state[0::2], state[1::2]], -1)


def initial_network(
    configuration: Configuration, task: Task, tokens: Path, vectors: Path
) -> tuple[EncoderDecoder, dict[str, float]]:
    """The network as it is before training, and the share of each side's vocabulary that begins as a word vector.

    Word vectors are of one language: in translation, they are put in the place of the source's embeddings alone.

    Parameters
    ----------
    tokens : the folder of tokens, of whose vocabularies the network is.
    vectors : word vectors in word2vec's text format; read unless embeddings are random.
    """
    network = EncoderDecoder(configuration)
    kind = configuration.settings.initial_embeddings
    if kind == "random":
        return network, {}
    loaded = read_vectors(vectors, kind)
    covered, embeddings = {}, {"source": network.encoder.embedding, "target": network.decoder.embedding}
    for side in ("source",) if task == "translation" else SIDES:
        weight, words = embeddings[side].weight, whole_words(tokens, side)
        covered[side] = initialize(weight, EMBEDDING_DEVIATION, words, loaded, "seq2seq.embedding_size", str(vectors))
    return network, covered


def save(network: EncoderDecoder, folder: Path) -> None:
    """Write ``weights.safetensors`` and ``settings.json``, all that ``load`` needs."""
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    save_file(weights, folder / "weights.safetensors")
    content = {**network.configuration._asdict(), "settings": network.configuration.settings.model_dump()}
    (folder / "settings.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")


def load(folder: Path) -> EncoderDecoder:
    """Rebuild a trained network from the folder of a model, ready for decoding."""
    content = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    settings = Seq2seqParams.model_validate(content["settings"])
    network = EncoderDecoder(Configuration(**{**content, "settings": settings}))
    network.load_state_dict(load_file(folder / "weights.safetensors"))
    return network.eval()


def _linear(inputs: int, outputs: int) -> nn.Linear:
    layer = nn.Linear(inputs, outputs)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def _embedding(vocabulary_size: int, settings: Seq2seqParams) -> nn.Embedding:
    embedding = nn.Embedding(vocabulary_size, settings.embedding_size)
    nn.init.normal_(embedding.weight, std=EMBEDDING_DEVIATION)
    return embedding


def _recurrence(settings: Seq2seqParams, bidirectional: bool = False) -> nn.RNNBase:
    """Build a recurrence with orthogonal recurrent weights, gate by gate, and gates that start out remembering."""
    size, layers = settings.hidden_size, settings.layers
    between = settings.dropout if layers > 1 else 0.0
    kind = RECURRENCES[settings.cell]
    recurrence = kind(settings.embedding_size, size, layers, dropout=between, bidirectional=bidirectional)
    remembering = {"rnn": None, "gru": 1, "lstm": 1}[settings.cell]  # torch's order: r, z, n and i, f, g, o
    for name, parameter in recurrence.named_parameters():
        if "bias" in name:
            nn.init.zeros_(parameter)
            if remembering is not None and "bias_ih" in name:
                with torch.no_grad():
                    parameter[remembering * size : (remembering + 1) * size] = FORGET_GATE_BIAS
        else:
            for gate in parameter.chunk(len(parameter) // size):
                (nn.init.orthogonal_ if "weight_hh" in name else nn.init.xavier_uniform_)(gate.data)
    return recurrence
