"""Trained language models, n-gram models and networks alike: probabilities, perplexity and generated text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from firth.ask.asked_numbers import verify_at_least
from firth.ask.generation import generate, most_likely
from firth.ask.sentence_blocks import SentenceEncoder, UnknownWords, line_groups
from firth.ask.sentence_tables import rows_of
from firth.errors import FirthError
from firth.measures.perplexity import RunningTotals, TextLength, unit_perplexities
from firth.measures.scorer import Scorer
from firth.text.normalization import normalize
from firth.text.vocabulary import EOS_ID
from firth.training.reproducibility import generator


class ScoredTokens(list[tuple[str, float]]):
    """Tokens, each with log P in nats or with its probability.

    Attributes
    ----------
    unknown : the words of the text that are out of vocabulary, which were read as ``<unk>``.
    """

    def __init__(self, pairs: Iterable[tuple[str, float]], unknown: list[str]) -> None:
        super().__init__(pairs)
        self.unknown = unknown


@dataclass(frozen=True)
class TextScore:
    """The perplexity of a text, by the convention of ``measures.perplexity``.

    Attributes
    ----------
    tokens : with one ``<eos>`` for each sentence.
    cross_entropy : nats per token.
    perplexity_without_unknown : over all tokens except ``<unk>``.
    unknown_tokens : words out of vocabulary, which were read as ``<unk>``.
    unknown : these words, each once, the most frequent first; in a long text some of the rare ones are left out.
    word_perplexity, character_perplexity, bits_per_character : None if tokens are words.
    """

    sentences: int
    tokens: int
    cross_entropy: float
    perplexity: float
    perplexity_without_unknown: float
    unknown_tokens: int
    unknown: list[str]
    word_perplexity: float | None = None
    character_perplexity: float | None = None
    bits_per_character: float | None = None


@dataclass(frozen=True)
class SentenceScore:
    """A line scored by itself.

    Attributes
    ----------
    text : the line, in the normal form of all text.
    log_probability : nats, ``<eos>`` included; None for a line without tokens.
    tokens : with log P of each, which sum to ``log_probability``; the last one is ``<eos>``.
    """

    text: str
    log_probability: float | None
    tokens: ScoredTokens


@dataclass(frozen=True)
class GeneratedText:
    """A sentence that a language model has written.

    Attributes
    ----------
    text : with the prompt.
    tokens : without the prompt; the last one is ``<eos>`` if the sentence is finished.
    finished : False if the sentence was cut at the length allowed.
    unknown : the words of the prompt that are out of vocabulary, which were read as ``<unk>``.
    """

    text: str
    tokens: list[str]
    finished: bool
    unknown: list[str]


class LanguageModel:
    """A trained language model with the text that it reads and writes.

    Parameters
    ----------
    new_scorer : makes a scorer that has read nothing yet.
    receptive_field : the number of tokens before a token that its probability depends on; None if on all of them.
    """

    def __init__(
        self, name: str, encoder: SentenceEncoder, new_scorer: Callable[[], Scorer], receptive_field: int | None
    ) -> None:
        self.name, self.encoder, self.new_scorer, self.receptive_field = name, encoder, new_scorer, receptive_field

    def log_probabilities(self, text: str) -> ScoredTokens:
        """The tokens of one sentence, ``<eos>`` included, each with log P in nats given the tokens before it."""
        sentence = self.encoder.encode([text])
        ids = np.array([*sentence.stream.ids, EOS_ID])
        scores = self.new_scorer().score(ids).tolist()
        return ScoredTokens(zip(self.encoder.vocabulary.decode(ids), scores, strict=True), sentence.unknown_words)

    def score(self, lines: str | Iterable[str]) -> list[SentenceScore]:
        """The log-probability of each line by itself, wherever it stands; blank lines are kept."""
        found = []
        for group in line_groups(map(normalize, lines.splitlines() if isinstance(lines, str) else lines)):
            block = self.encoder.encode(group)
            ids, is_unknown = block.stream.with_sentence_ends(), set(block.unknown)
            scores = self.new_scorer().score_sentences(block.stream)
            scored = list(zip(self.encoder.vocabulary.decode(ids), scores.tolist(), strict=True))
            for line, row in zip(group, rows_of(group, block), strict=True):
                if row is None:
                    found.append(SentenceScore(line, None, ScoredTokens([], [])))
                    continue
                start, end = block.stream.offsets[row : row + 2].tolist()
                tokens = scored[start + row : end + row + 1]
                unknown = dict.fromkeys(block.tokens[index] for index in range(start, end) if index in is_unknown)
                total = sum(value for _, value in tokens)
                found.append(SentenceScore(line, total, ScoredTokens(tokens, list(unknown))))
        return found

    def perplexity(self, lines: str | Iterable[str]) -> TextScore:
        """The perplexity of a text, a sentence a line, in constant memory.

        Raises
        ------
        FirthError
            If there is no word in the text.
        """
        scorer, totals, unknown, sentences = self.new_scorer(), RunningTotals(), UnknownWords(), 0
        length = TextLength(0, 0)
        for group in line_groups(map(normalize, lines.splitlines() if isinstance(lines, str) else lines)):
            block = self.encoder.encode(group)
            if block.tokens:
                ids = block.stream.with_sentence_ends()
                totals.add(ids, scorer.score(ids))
                unknown.add(block)
                sentences += len(block.stream)
                length += self.encoder.length(block)
        if not sentences:
            raise FirthError("there is no word in the text; give a sentence or more")
        return TextScore(
            sentences,
            totals.tokens,
            totals.cross_entropy,
            totals.perplexity,
            totals.perplexity_without_unknown,
            unknown.total,
            [word for word, _ in unknown.words.most_common()],
            **(unit_perplexities(totals.negative_log_likelihood, length) if length.words else {}),
        )

    def next_token(self, prompt: str, count: int = 10) -> ScoredTokens:
        """The most probable tokens after the first words of a sentence, with their probabilities, best first.

        Raises
        ------
        FirthError
            If ``count`` is below 1.
        """
        verify_at_least(1, count=count)
        sentence, scorer = self.encoder.encode([prompt]), self.new_scorer()
        scorer.read(sentence.stream.ids)
        tokens = self.encoder.vocabulary.tokens
        found = most_likely(scorer.next_token(), count)
        return ScoredTokens(((tokens[token], share) for token, share in found), sentence.unknown_words)

    def continuations(self, prompt: str, alternatives: Sequence[str]) -> dict[str, float]:
        """log P in nats of each alternative, a word or more, after the first words of a sentence."""
        texts = [prompt, *(f"{prompt} {alternative}".strip() for alternative in alternatives)]
        scored = [self.encoder.encode([text]).stream.ids for text in texts]
        before, *sums = (float(self.new_scorer().score(ids).sum()) if len(ids) else 0.0 for ids in scored)
        return {text: total - before for text, total in zip(alternatives, sums, strict=True)}

    def generate(
        self, prompt: str = "", temperature: float = 1.0, seed: int = 1, length: int = 50, index: int = 0
    ) -> GeneratedText:
        """Continue a sentence up to its end, or by ``length`` tokens; ``<unk>`` is never drawn.

        Parameters
        ----------
        temperature : 1 samples from the model's distribution; below 1 prefers probable tokens; 0 takes the most
            probable.
        seed, index : the same numbers give the same sentence; sentences of one seed differ by their index.

        Raises
        ------
        FirthError
            If the temperature is below 0, or the length below 1.
        """
        verify_at_least(0, temperature=temperature)
        verify_at_least(1, length=length)
        sentence = self.encoder.encode([prompt])
        random = generator(seed, "generate", index)
        ids = generate(self.new_scorer(), sentence.stream.ids, temperature, length, random)
        finished = ids[-1] == EOS_ID
        tokens = self.encoder.vocabulary.decode(ids)
        end = len(tokens) - finished
        text = self.encoder.text([*sentence.tokens, *tokens[:end]], [*sentence.stream.ids.tolist(), *ids[:end]])
        return GeneratedText(text, tokens, finished, sentence.unknown_words)
