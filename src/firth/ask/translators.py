"""Trained encoder–decoders as translators and as question answerers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from firth.ask.line_decoding import WITHOUT_WORDS, DecodedText, LineDecoder, only
from firth.errors import FirthError, shown


@dataclass(frozen=True)
class EncodedStory:
    """A story as a question answerer reads it: its ids, and its words out of vocabulary."""

    ids: list[int]
    unknown: list[str]


class Translator:
    """Translates sentences."""

    def __init__(self, decoder: LineDecoder) -> None:
        self.decoder = decoder

    def translate(self, text: str, beam_size: int | None = None) -> DecodedText:
        """Translate one sentence, with attention weights.

        Parameters
        ----------
        beam_size : hypotheses kept in decoding, instead of the evaluation's; 1 is greedy search.

        Raises
        ------
        FirthError
            If the text is empty, too long, or has no word that the model knows.
        """
        return only(self.decoder.varied(beam_size).decode([text], [], with_attention=True))

    def translate_lines(self, lines: list[str]) -> list[DecodedText]:
        """Translate many lines together, in order; a line that can't be translated has a ``fault`` and no output."""
        return self.decoder.decode(lines, [])


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
        decoded = only(decoder.decode([question], read.ids, with_attention=True))
        return replace(decoded, unknown=[*read.unknown, *decoded.unknown])

    def answer_lines(self, story: EncodedStory, questions: list[str]) -> list[DecodedText]:
        """Answer many questions together, in order; one that can't be answered has a ``fault`` and no output."""
        return self.decoder.decode(questions, story.ids)

    def read_story(self, sentences: Iterable[str], name: str = "the story") -> EncodedStory:
        """A story, a sentence or more in each string.

        Raises
        ------
        FirthError
            If the story has no word that the model knows; ``name`` begins the message.
        """
        encoded = [self.decoder.text.encode(sentence) for sentence in sentences]
        ids = [token for tokens, _ in encoded for token in tokens]
        if not self.decoder.text.is_word[ids].any():
            raise FirthError(f"{shown(name)}: {WITHOUT_WORDS}")
        return EncodedStory(ids, [word for _, unknown in encoded for word in unknown])
