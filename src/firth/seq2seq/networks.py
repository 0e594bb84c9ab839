"""The encoder–decoder: one recurrent network reads the source into a state, another writes the target from it.

Sutskever et al. (2014); Cho et al. (2014). The decoder starts in the encoder's last state s_T, and the first target
word comes straight from it: y₁ ~ softmax(V s_T). Each further word comes from the decoder's state and the word before.
There is no symbol for the begin of a sentence.

Shapes: S source positions, T target positions, B sentences, E embedding_size, H hidden_size, V vocabulary size.
"""

import json
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, linear
from torch.nn.utils.rnn import pack_padded_sequence

from firth.params.seq2seq import Attention, Cell, Seq2seqParams

RECURRENCES: dict[Cell, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
FORGET_GATE_BIAS = 1.0  # Jozefowicz et al. (2015)
EMBEDDING_DEVIATION = 0.1

State = Tensor | tuple[Tensor, Tensor]  # (layers, B, H), or two of them for an LSTM: hidden, cell


class Configuration(NamedTuple):
    """All that it takes to build a network anew."""

    attention: Attention
    vocabulary_size: int
    settings: Seq2seqParams


class Encoder(nn.Module):
    """Reads the source, forwards or backwards, into one state."""

    def __init__(self, vocabulary_size: int, settings: Seq2seqParams) -> None:
        super().__init__()
        self.reverse_source = settings.reverse_source
        self.embedding = _embedding(vocabulary_size, settings)
        self.dropout = nn.Dropout(settings.dropout)
        self.recurrence = _recurrence(settings)

    def forward(self, source: Tensor, lengths: Tensor) -> State:
        """State after the last real token: source (S, B), lengths (B,) ≥ 1 on the CPU → s_T."""
        if self.reverse_source:
            source = reversed_tokens(source, lengths.to(source.device))
        embedded = self.dropout(self.embedding(source))  # (S, B, E)
        if int(lengths.min()) == len(source):  # nothing is padded, and packing costs a third of the time
            _, state = self.recurrence(embedded)
        else:
            _, state = self.recurrence(pack_padded_sequence(embedded, lengths, enforce_sorted=False))
        return state


class Decoder(nn.Module):
    """Writes the target: a recurrence over the words so far, and the output layer V.

    V is the product of the target embeddings and a projection of the hidden layer to their size (Press & Wolf, 2017):
    learned in fewer steps than a matrix of its own, and cheaper to multiply with.
    """

    def __init__(self, vocabulary_size: int, settings: Seq2seqParams) -> None:
        super().__init__()
        self.embedding = _embedding(vocabulary_size, settings)
        self.dropout = nn.Dropout(settings.dropout)
        self.recurrence = _recurrence(settings)
        self.projection = nn.Linear(settings.hidden_size, settings.embedding_size, bias=False)
        self.bias = nn.Parameter(torch.zeros(vocabulary_size))
        nn.init.xavier_uniform_(self.projection.weight)

    def forward(self, target: Tensor, state: State) -> tuple[Tensor, State]:
        """Read target words (T, B) from ``state`` in one call → hidden layers (T, B, H), and the state after them."""
        hidden, state = self.recurrence(self.dropout(self.embedding(target)), state)
        return hidden, state

    def logits(self, hidden: Tensor) -> Tensor:
        """Score the next word: top hidden layer (..., H) → logits (..., V)."""
        return linear(self.projection(self.dropout(hidden)), self.embedding.weight, self.bias)


class EncoderDecoder(nn.Module):
    """Encoder and decoder of equal size over one joint vocabulary, each with embeddings of its own."""

    def __init__(self, configuration: Configuration) -> None:
        super().__init__()
        self.configuration = configuration
        self.encoder = Encoder(configuration.vocabulary_size, configuration.settings)
        self.decoder = Decoder(configuration.vocabulary_size, configuration.settings)

    def forward(self, source: Tensor, lengths: Tensor, target: Tensor) -> Tensor:
        """Teacher forcing: source (S, B), lengths (B,), target (T, B) → top hidden layers (T + 1, B, H).

        Position t predicts target word t, and position T what follows the last one; position 0 is s_T itself.
        """
        state = self.encoder(source, lengths)
        hidden, _ = self.decoder(target, state)
        return torch.cat([top_hidden(state).unsqueeze(0), hidden])

    def loss(self, source: Tensor, lengths: Tensor, target: Tensor, labels: Tensor, real: Tensor) -> Tensor:
        """Sum of −ln p over the real labels: labels (T + 1, B), real (T + 1, B) bool → nats, a scalar."""
        hidden = self(source, lengths, target)[real]  # (N, H): padding never reaches the output layer
        return cross_entropy(self.decoder.logits(hidden), labels[real], reduction="sum")


def top_hidden(state: State) -> Tensor:
    """Hidden layer nearest to the output: state → (B, H)."""
    return (state[0] if isinstance(state, tuple) else state)[-1]


def reversed_tokens(tokens: Tensor, lengths: Tensor) -> Tensor:
    """Reverse the first ``lengths[b]`` tokens of each column; padding stays: tokens (S, B), lengths (B,) → (S, B)."""
    positions = torch.arange(len(tokens), device=tokens.device).unsqueeze(1)  # (S, 1)
    return tokens.gather(0, torch.where(positions < lengths, lengths - 1 - positions, positions))


def save(network: EncoderDecoder, folder: Path) -> None:
    """Write ``weights.safetensors`` and ``settings.json``, all that ``load`` needs."""
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    save_file(weights, folder / "weights.safetensors")
    attention, vocabulary_size, settings = network.configuration
    content = {"attention": attention, "vocabulary_size": vocabulary_size, "seq2seq": settings.model_dump()}
    (folder / "settings.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")


def load(folder: Path) -> EncoderDecoder:
    """Rebuild a trained network from the folder of a model, ready for decoding."""
    content = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    settings = Seq2seqParams.model_validate(content["seq2seq"])
    network = EncoderDecoder(Configuration(content["attention"], content["vocabulary_size"], settings))
    network.load_state_dict(load_file(folder / "weights.safetensors"))
    return network.eval()


def _embedding(vocabulary_size: int, settings: Seq2seqParams) -> nn.Embedding:
    embedding = nn.Embedding(vocabulary_size, settings.embedding_size)
    nn.init.normal_(embedding.weight, std=EMBEDDING_DEVIATION)
    return embedding


def _recurrence(settings: Seq2seqParams) -> nn.RNNBase:
    """Build a recurrence with orthogonal recurrent weights, gate by gate, and gates that start out remembering."""
    size, layers = settings.hidden_size, settings.layers
    between = settings.dropout if layers > 1 else 0.0
    recurrence = RECURRENCES[settings.cell](settings.embedding_size, size, layers, dropout=between)
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
