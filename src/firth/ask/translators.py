"""Trained encoder–decoders as translators and as question answerers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from firth.ask.decoding_steps import DecodingSteps, decoding_steps
from firth.ask.line_decoding import WITHOUT_WORDS, DecodedText, LineDecoder, only
from firth.ask.new_words import in_either_case, new_words
from firth.errors import FirthError, listed, shown
from firth.text.normalization import normalize
from firth.text.sentence_ends import split_sentences


@dataclass(frozen=True)
class EncodedStory:
    """A story as a question answerer reads it: its ids, and its words.

    Attributes
    ----------
    unknown, unseen : words of the story, as in ``DecodedText``.
    """

    ids: list[int]
    words: frozenset[str]
    unknown: list[str]
    unseen: list[str]


class Translator:
    """Translates sentences, one after another: the models are trained on pairs of sentences."""

    def __init__(self, decoder: LineDecoder) -> None:
        self.decoder = decoder

    def translate(self, text: str, beam_size: int | None = None) -> DecodedText:
        """Translate one sentence or several, with attention weights: those of a sentence lie on its own tokens.

        Parameters
        ----------
        beam_size : hypotheses kept in decoding, instead of the evaluation's; 1 is greedy search.

        Raises
        ------
        FirthError
            If the text is empty, too long, or has no word that the model knows.
        """
        return only(_translated(self.decoder.varied(beam_size), [text], with_attention=True))

    def translation_steps(self, sentence: str, count: int) -> DecodingSteps:
        """Translate one sentence by greedy search, with ``count`` candidates at each position of the output.

        Raises
        ------
        FirthError
            If the sentence is empty, too long, or has no word that the model knows.
        """
        return decoding_steps(self.decoder, sentence, [], count)

    def translate_lines(self, lines: list[str]) -> list[DecodedText]:
        """Translate many lines together, in order; a line that can't be translated has a ``fault`` and no output."""
        return _translated(self.decoder, lines, with_attention=False)


class QuestionAnswerer:
    """Answers questions about a story."""

    def __init__(self, decoder: LineDecoder) -> None:
        self.decoder = decoder

    def answer(self, story: str, question: str, beam_size: int | None = None) -> DecodedText:
        """Answer one question, with attention weights over the story and the question.

        Raises
        ------
        FirthError
            If the question is empty, story and question are too long, or either has no word that the model knows.
        """
        read = self.read_story(story.splitlines())
        decoder = self.decoder.varied(beam_size)
        return with_words_of(read, only(_answered(decoder, read, [question], with_attention=True)))

    def answer_steps(self, story: str, question: str, count: int) -> DecodingSteps:
        """Answer one question by greedy search, with ``count`` candidates at each position of the answer.

        Raises
        ------
        FirthError
            As ``answer``.
        """
        read = self.read_story(story.splitlines())
        steps = decoding_steps(self.decoder, question, read.ids, count)
        (decoded,) = _noted(self.decoder, read, [question], [steps.decoded])
        return replace(steps, decoded=with_words_of(read, decoded))

    def answer_lines(self, story: EncodedStory, questions: list[str]) -> list[DecodedText]:
        """Answer many questions together, in order; one that can't be answered has a ``fault`` and no output.

        ``unknown`` and ``unseen`` hold the words of the question; ``with_words_of`` adds those of the story.
        A word that the story lacks, though every question in training found it there, is in ``notes``.
        """
        return _answered(self.decoder, story, questions, with_attention=False)

    def read_story(self, sentences: Iterable[str], name: str = "the story") -> EncodedStory:
        """A story, a sentence or more in each string.

        Raises
        ------
        FirthError
            If the story has no word that the model knows; ``name`` begins the message.
        """
        sentences, form = list(sentences), self.decoder.text.form
        encoded = [self.decoder.text.encode(sentence) for sentence in sentences]
        ids = [token for tokens, _ in encoded for token in tokens]
        if not self.decoder.text.is_word[ids].any():
            raise FirthError(f"{shown(name)}: {WITHOUT_WORDS}")
        words = frozenset(word for sentence in sentences for word in form.words(sentence))
        unseen = _each_once(self.decoder.text.unseen(sentence) for sentence in sentences)
        return EncodedStory(ids, words, _each_once(unknown for _, unknown in encoded), unseen)


def with_words_of(story: EncodedStory, decoded: DecodedText) -> DecodedText:
    """An answer whose ``unknown`` and ``unseen`` hold the words of the story too."""
    unknown, unseen = _each_once([story.unknown, decoded.unknown]), _each_once([story.unseen, decoded.unseen])
    return replace(decoded, unknown=unknown, unseen=unseen)


def _translated(decoder: LineDecoder, lines: list[str], with_attention: bool) -> list[DecodedText]:
    """The translation of each line, sentence by sentence."""
    sentences = [split_sentences(normalize(line)) for line in lines]
    outputs = iter(decoder.decode([part for parts in sentences for part in parts], [], with_attention))
    return [_joined(parts, list(islice(outputs, len(parts)))) for parts in sentences]


def _joined(sentences: list[str], outputs: list[DecodedText]) -> DecodedText:
    """The outputs for the sentences of a line as one."""
    if len(outputs) == 1:
        return outputs[0]
    for sentence, output in zip(sentences, outputs, strict=True):
        if output.fault:
            return replace(output, fault=f"has a sentence ({shown(sentence)}) that {output.fault}")
    return DecodedText(
        " ".join(output.text for output in outputs),
        tokens=_chained(output.tokens for output in outputs),
        source_tokens=_chained(output.source_tokens for output in outputs),
        unknown=_each_once(output.unknown for output in outputs),
        unseen=_each_once(output.unseen for output in outputs),
        notes=_chained(output.notes for output in outputs),
        attention=_block_diagonal([output.attention for output in outputs if output.attention is not None]),
    )


def _chained(lists: Iterable[list[str]]) -> list[str]:
    return [item for items in lists for item in items]


def _each_once(lists: Iterable[list[str]]) -> list[str]:
    return list(dict.fromkeys(_chained(lists)))


def _block_diagonal(blocks: list[NDArray[np.float32]]) -> NDArray[np.float32] | None:
    """The weights of sentences one after another, each on its own source; None without weights."""
    if not blocks:
        return None
    whole = np.zeros([sum(block.shape[axis] for block in blocks) for axis in (0, 1)], np.float32)
    row = column = 0
    for block in blocks:
        height, width = block.shape
        whole[row : row + height, column : column + width] = block
        row, column = row + height, column + width
    return whole


def _answered(
    decoder: LineDecoder, story: EncodedStory, questions: list[str], with_attention: bool
) -> list[DecodedText]:
    """The answer to each question, with a note on words that the story lacks."""
    return _noted(decoder, story, questions, decoder.decode(questions, story.ids, with_attention))


def _noted(
    decoder: LineDecoder, story: EncodedStory, questions: list[str], outputs: list[DecodedText]
) -> list[DecodedText]:
    """The outputs for questions, with a note on words that the story lacks."""
    alone = decoder.text.question_words
    if alone is None:
        return outputs
    known = in_either_case(story.words | alone)
    absent = [new_words(question, decoder.text.form, known) for question in questions]
    return [_with_absent(output, words) for output, words in zip(outputs, absent, strict=True)]


def _with_absent(output: DecodedText, absent: list[str]) -> DecodedText:
    known = [word for word in absent if word not in output.unknown]
    if output.fault or not known:
        return output
    return replace(output, notes=[*output.notes, f"not in the story, so that the answer is a guess: {listed(known)}"])
