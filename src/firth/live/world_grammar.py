"""What the built-in world's grammar says comes next, beside what models say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from firth.errors import FirthError
from firth.stored_files import read_json_object
from firth.world.prefixes import next_words

if TYPE_CHECKING:
    from firth.text.text_form import TextForm
    from firth.workspace import Workspace

NO_GRAMMAR = "The text is not words of the built-in world: the distribution that generated it is not known."
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
        return next_words(words, _depth(workspace))
    except ValueError:
        raise FirthError(NO_SENTENCE) from None


def _depth(workspace: Workspace) -> int:
    """The nesting depth of the grammar that the text of language models is drawn from."""
    path, stage = workspace.settings / "download-lm.json", "check"
    settings: dict[str, Any] = read_json_object(path, stage)
    try:
        return int(settings["world"]["max_depth"])
    except (KeyError, TypeError, ValueError):
        raise FirthError(f"{path}: holds no depth of the grammar; `firth check` writes it") from None
