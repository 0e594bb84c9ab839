"""What the built-in world's grammar says comes next, beside what models say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from firth.errors import FirthError
from firth.stored_files import read_json_object
from firth.world.parsing import translation_of
from firth.world.prefixes import next_words

if TYPE_CHECKING:
    from firth.text.text_form import TextForm
    from firth.workspace import Workspace

NO_GRAMMAR = "The text is not words of the built-in world: the distribution that generated it is not known."
NO_PAIRS = (
    "The reference translation is not known: the text is not the built-in world's, from English to French, "
    "and the sentence is no example."
)
NO_TRANSLATION = "The reference translation is not known: the world's grammar has no such sentence."
NO_SENTENCE = "The grammar has no sentence that begins with these words."


def grammar_continuations(workspace: Workspace, form: TextForm, words: Sequence[str]) -> dict[str, float]:
    """P(word | words) of every word that can come next in the world's grammar.

    Parameters
    ----------
    form : of the text that language models are trained on.
    words : the first words of a sentence.

    Raises
    ------
    FirthError
        If the text has no such grammar, or the grammar has no such sentence.
    """
    if not form.world or form.segmentation != "words":
        raise FirthError(NO_GRAMMAR)
    try:
        return next_words(words, _depth(workspace, "lm"))
    except ValueError:
        raise FirthError(NO_SENTENCE) from None


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


def _depth(workspace: Workspace, role: str) -> int:
    """The nesting depth of the grammar that the text of a role is drawn from."""
    path, stage = workspace.settings / f"download-{role}.json", "check"
    settings: dict[str, Any] = read_json_object(path, stage)
    try:
        return int(settings["world"]["max_depth"])
    except (KeyError, TypeError, ValueError):
        raise FirthError(f"{path}: holds no depth of the grammar; `firth check` writes it") from None
