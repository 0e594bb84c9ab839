"""Next word: the most probable next tokens by every language model, and by the grammar of the built-in world."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

from firth.live.asked_query import asked_text, unknown_with_advice
from firth.live.unanswered import or_error
from firth.live.world_grammar import grammar_next_tokens
from firth.text.vocabulary import EOS, UNK

if TYPE_CHECKING:
    from firth.ask.language_models import LanguageModel
    from firth.ask.sentence_blocks import SentenceBlock, SentenceEncoder
    from firth.live.asked_query import Query
    from firth.live.opened_models import OpenedModels

COUNT = 10  # tokens shown of each model


def answer(models: OpenedModels, query: Query) -> dict[str, Any]:
    """The next tokens after the first words of a sentence.

    Parameters
    ----------
    query : ``text``, the first words of a sentence; may be empty.

    Returns
    -------
    dict
        ``tokens``, those of the text; ``models``, for each its ``name`` and ``next`` or ``error``; ``grammar``, with
        ``next`` or ``error``; ``unknown``. ``next`` is a list of ``token``, ``probability`` and ``text``, the text with
        the token at its end: empty after ``<eos>``, None after ``<unk>``, which stands for no word.
    """
    text = asked_text(query, "text", "beginning of the sentence")
    encoder = models.encoder()
    sentence = encoder.encode([text])

    def ranked(pairs: Iterable[tuple[str, float]]) -> list[dict[str, Any]]:
        return [
            {"token": token, "probability": share, "text": _continued(sentence, token, encoder)}
            for token, share in pairs
        ]

    def of_model(model: LanguageModel) -> dict[str, Any]:
        return {"next": ranked(model.next_token(text, COUNT))}

    def of_grammar() -> dict[str, Any]:
        found = grammar_next_tokens(models.workspace, encoder, sentence.tokens)
        return {"next": ranked(islice(found.items(), COUNT))}

    return {
        "tokens": sentence.tokens,
        "models": models.ask_language_models(of_model),
        "grammar": or_error(of_grammar),
        "unknown": unknown_with_advice(sentence.unknown_words, encoder.spelling),
    }


def _continued(sentence: SentenceBlock, token: str, encoder: SentenceEncoder) -> str | None:
    """The text of a sentence's beginning with one more token: empty after ``<eos>``, None after ``<unk>``."""
    if token in (EOS, UNK):
        return "" if token == EOS else None
    ids = [*sentence.stream.ids.tolist(), encoder.vocabulary.id(token)]
    return encoder.text([*sentence.tokens, token], ids)
