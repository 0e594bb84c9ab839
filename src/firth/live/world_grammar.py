"""What the built-in world's grammar says comes next, beside what models say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, reduce
from typing import TYPE_CHECKING, Any

from firth.errors import FirthError
from firth.stored_files import read_json_object
from firth.world.lexicon import lexemes
from firth.world.parsing import translation_of
from firth.world.preferences import PRONOUNS
from firth.world.prefixes import empty_prefix, extend, next_words

if TYPE_CHECKING:
    from firth.ask.sentence_blocks import SentenceEncoder
    from firth.text.text_form import TextForm
    from firth.workspace import Workspace

NO_GRAMMAR = "The text is not words of the built-in world: the distribution that generated it is not known."
NO_PAIRS = (
    "The reference translation is not known: the text is not the built-in world's, from English to French, "
    "and the sentence is no example."
)
NO_TRANSLATION = "The reference translation is not known: the world's grammar has no such sentence."
NO_SENTENCE = "The grammar has no sentence that begins with these words."


def grammar_next_tokens(workspace: Workspace, encoder: SentenceEncoder, words: Sequence[str]) -> dict[str, float]:
    """P(token | words) of every token that can come next in the world's grammar, the most probable first.

    Tokens are those of the models' vocabulary: ``<unk>`` stands for all words that it lacks. Equally probable tokens
    stand in order of frequency.

    Parameters
    ----------
    encoder : of the text that language models are trained on.
    words : the first words of a sentence.

    Raises
    ------
    FirthError
        If the text has no such grammar, or the grammar has no such sentence.
    """
    depth = _language_depth(workspace, encoder.form)
    try:
        found = next_words(words, depth)
    except ValueError:
        raise FirthError(NO_SENTENCE) from None
    shares: dict[int, float] = {}
    for word, share in found.items():
        number = encoder.vocabulary.id(word if encoder.form.lowercase else _cased(word, is_first=not words))
        shares[number] = shares.get(number, 0.0) + share
    ranked = sorted(shares, key=lambda number: (-shares[number], number))
    return {encoder.vocabulary.tokens[number]: shares[number] for number in ranked}


def grammar_log_probability(
    workspace: Workspace, form: TextForm, words: Sequence[str], following: Sequence[str]
) -> float:
    """log P(following | words) in nats by the world's grammar; -inf if the words can't follow.

    Parameters
    ----------
    form : of the text that language models are trained on.
    words : the first words of a sentence.
    following : a word or more.

    Raises
    ------
    FirthError
        As ``grammar_next_tokens``.
    """
    before = reduce(extend, words, empty_prefix(_language_depth(workspace, form)))
    if not before.probability:
        raise FirthError(NO_SENTENCE)
    after = reduce(extend, following, before)
    return math.log(after.probability / before.probability) if after.probability else -math.inf


def grammar_translation(workspace: Workspace, form: TextForm, sentence: str) -> str:
    """The French sentence that the world's grammar pairs with an English one.

    Parameters
    ----------
    form : of the text that encoder–decoders are trained on.

    Raises
    ------
    FirthError
        If the text has no such grammar, or the grammar has no such sentence.
    """
    if not form.world or form.language != {"source": "en", "target": "fr"}:
        raise FirthError(NO_PAIRS)
    found = translation_of(form.words(sentence), _depth(workspace, "translation"))
    if found is None:
        raise FirthError(NO_TRANSLATION)
    return found


def _language_depth(workspace: Workspace, form: TextForm) -> int:
    """The nesting depth of the grammar of the language models' text.

    Raises
    ------
    FirthError
        If the text has no grammar, or its tokens are not words.
    """
    if not form.world or form.segmentation != "words":
        raise FirthError(NO_GRAMMAR)
    return _depth(workspace, "lm")


def _cased(word: str, is_first: bool) -> str:
    """A word of the grammar, given in lower case, as sentences of the world write it."""
    written = _capitalized().get(word, word)
    return written[0].upper() + written[1:] if is_first else written


@cache
def _capitalized() -> dict[str, str]:
    """Names and the pronoun *I*, by their lower case."""
    words = [*(lexeme.english for lexeme in lexemes()), *PRONOUNS]
    return {word.lower(): word for word in words if word != word.lower()}


def _depth(workspace: Workspace, role: str) -> int:
    """The nesting depth of the grammar that the text of a role is drawn from."""
    path, stage = workspace.settings / f"download-{role}.json", "check"
    settings: dict[str, Any] = read_json_object(path, stage)
    try:
        return int(settings["world"]["max_depth"])
    except (KeyError, TypeError, ValueError):
        raise FirthError(f"{path}: holds no depth of the grammar; `firth check` writes it") from None
