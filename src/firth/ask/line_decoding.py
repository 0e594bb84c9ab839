"""Outputs of an encoder–decoder for lines of text, with the reasons where a line has no output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.ask.asked_numbers import verify_at_least
from firth.ask.new_words import new_words, read_known_words
from firth.errors import FirthError
from firth.params.search_params import SearchParams
from firth.params.seq2seq_params import Seq2seqParams
from firth.seq2seq.encoder_decoder import EncoderDecoder
from firth.seq2seq.pairs import Pairs
from firth.seq2seq.search import decode_all
from firth.text.known_words import QUESTION_WORDS, WORDS
from firth.text.normalization import normalize
from firth.text.sides import decoder, encoder, readable_tokens
from firth.text.streams import TokenStream, from_sentences
from firth.text.text_form import TextForm
from firth.text.vocabulary import EOS, UNK_ID, Vocabulary, vocabulary_file
from firth.training.precision import in_precision

LONGEST = 1_000  # tokens that a source may have, unless a source of training is longer
WITHOUT_WORDS = "has no word that the model knows; write in the language and alphabet that it was trained on"


@dataclass(frozen=True)
class DecodedText:
    """The output of an encoder–decoder for one source.

    Attributes
    ----------
    text : the output on one line; empty if there is a ``fault``.
    tokens : those of the output; the last one is ``<eos>`` unless the output was cut.
    source_tokens : those that the encoder read.
    unknown : words of the source that are out of vocabulary, which were read as ``<unk>``, each once.
    unseen : words of the source that the source's training text never had, which were read in subwords, each once.
    notes : other things to know about the output: a source longer than in training, an output that was cut.
    fault : why there is no output; empty if there is one.
    attention : (tokens, source_tokens) weights, which sum to 1 for each token of the output; None from a model without
        attention, and where many lines are decoded together.
    """

    text: str
    tokens: list[str]
    source_tokens: list[str]
    unknown: list[str]
    unseen: list[str]
    notes: list[str]
    fault: str = ""
    attention: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class TaskText:
    """How the text of one task becomes ids, and ids become text.

    Attributes
    ----------
    form : how the text is split.
    encode : a line → its ids, its words out of vocabulary.
    decode : ids → text.
    source, target : every token by itself, in order of id.
    is_word : (V,) bool, tokens of the source with letters or digits that occurred in training.
    longest : tokens of the longest source in training.
    words : of the source in training, if it is cut into subwords; otherwise None.
    question_words : words of questions alone, such as *where*; None if the task has no questions.
    """

    form: TextForm
    encode: Callable[[str], tuple[list[int], list[str]]]
    decode: Callable[[list[int]], str]
    source: list[str]
    target: list[str]
    is_word: NDArray[np.bool_]
    longest: int
    words: frozenset[str] | None
    question_words: frozenset[str] | None

    @classmethod
    def load(cls, tokens: Path) -> TaskText:
        """Read a folder of tokens, data/tokens/TASK.

        Raises
        ------
        FirthError
            If a file of the folder doesn't exist or is damaged.
        """
        source, target = readable_tokens(tokens, "source"), readable_tokens(tokens, "target")
        counts = Vocabulary.load(vocabulary_file(tokens, "source")).counts
        is_word = np.array([any(map(str.isalnum, token)) for token in source]) & (counts > 0)
        is_word[UNK_ID] = False
        longest = int(np.diff(TokenStream.load(tokens, "train.source").offsets).max(initial=0))
        return cls(
            TextForm.load(tokens),
            encoder(tokens, "source"),
            decoder(tokens, "target"),
            source,
            target,
            is_word,
            longest,
            read_known_words(tokens / WORDS),
            read_known_words(tokens / QUESTION_WORDS),
        )

    def unseen(self, line: str) -> list[str]:
        """The words of a line that the source's training text never had, each once, if it is cut into subwords."""
        return [] if self.words is None else new_words(line, self.form, self.words)


@dataclass(frozen=True)
class LineDecoder:
    """A trained encoder–decoder with its text.

    Attributes
    ----------
    settings : those of training, of which the size of batches is used.
    precision : of the evaluation.
    """

    network: EncoderDecoder
    settings: Seq2seqParams
    search: SearchParams
    precision: str
    text: TaskText

    def varied(self, beam_size: int | None = None, batch_size: int | None = None) -> LineDecoder:
        """The same model with another beam, or with so many lines decoded together.

        Raises
        ------
        FirthError
            If the beam is below 1.
        """
        if beam_size is not None:
            verify_at_least(1, beam_size=beam_size)
        beam = {"beam_size": beam_size} if beam_size else {}
        batch = {"batch_size": batch_size, "batch_type": "pairs"} if batch_size else {}
        settings, search = self.settings.model_copy(update=batch), self.search.model_copy(update=beam)
        return replace(self, settings=settings, search=search)

    def decode(self, lines: list[str], context: list[int], with_attention: bool = False) -> list[DecodedText]:
        """The output for each line, in order.

        Parameters
        ----------
        context : ids that the model reads before each line.
        with_attention : whether to compute attention weights, one line after another.
        """
        lines = [normalize(line) for line in lines]
        encoded = [self.text.encode(line) for line in lines]
        faults = [self.fault(line, ids, len(context)) for line, (ids, _) in zip(lines, encoded, strict=True)]
        sources = [context + ids for ids, _ in encoded]
        outputs = iter(self.outputs([source for source, fault in zip(sources, faults, strict=True) if not fault]))
        decoded = []
        for line, source, (_, unknown), fault in zip(lines, sources, encoded, faults, strict=True):
            if fault:
                decoded.append(DecodedText("", [], [], [], [], [], fault))
                continue
            output = next(outputs)
            found = self.decoded_text(line, source, output, unknown)
            if with_attention:
                found = replace(found, attention=self._attention(source, output, len(found.tokens)))
            decoded.append(found)
        return decoded

    def outputs(self, sources: list[list[int]]) -> list[list[int]]:
        """The ids of the output for each source, a list of ids, without ``<eos>``."""
        if not sources:
            return []
        return decode_all(self.network, from_sentences(sources), self.settings, self.search, self.precision)

    def _attention(self, source: list[int], output: list[int], length: int) -> NDArray[np.float32] | None:
        from firth.measures.source_gradients import attention_weights  # here, because pandas takes long

        batch = Pairs(from_sentences([source]), from_sentences([output])).batch(np.array([0]))
        with in_precision(self.precision, next(self.network.parameters()).device):
            weights = attention_weights(self.network, batch)  # (T + 1, S, 1)
        return None if weights is None else weights[:length, :, 0].float().cpu().numpy()

    def decoded_text(self, line: str, source: list[int], output: list[int], unknown: list[str]) -> DecodedText:
        """An output as text, without attention: ``source`` and ``output`` are ids, ``unknown`` words of the line."""
        is_cut = len(output) == self.search.max_length
        notes = []
        if len(source) > self.text.longest:
            notes.append(f"{len(source):,} tokens are more than in any source of training, {self.text.longest:,}")
        if is_cut:
            notes.append(f"the output was cut after {len(output):,} tokens, which seq2seq.max_length allows")
        return DecodedText(
            " ".join(self.text.decode(output).splitlines()),
            [*(self.text.target[token] for token in output), *([] if is_cut else [EOS])],
            [self.text.source[token] for token in source],
            list(dict.fromkeys(unknown)),
            self.text.unseen(line),
            notes,
        )

    def fault(self, line: str, ids: list[int], context: int) -> str:
        """Why a line with these ids has no output after so many tokens of context; empty if it has one."""
        most = max(LONGEST, self.text.longest)
        if not line:
            return "is empty; write something to be read"
        if context + len(ids) > most:
            return f"makes {context + len(ids):,} tokens to read at once, and {most:,} are the most; make it shorter"
        if not self.text.is_word[ids].any():
            return WITHOUT_WORDS
        return ""


def only(outputs: list[DecodedText]) -> DecodedText:
    """The output for a single line, without a fault."""
    (decoded,) = outputs
    if decoded.fault:
        raise FirthError(f"the text {decoded.fault}")
    return decoded
