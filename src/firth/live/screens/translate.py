"""Translate, step by step: the state that an encoder–decoder reads into, and the words that it chooses among."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.errors import FirthError
from firth.live.asked_query import asked_text
from firth.live.decoded_notes import compared_outputs, remarks
from firth.live.translation_examples import LONGEST_SENTENCE, WORLD_SENTENCES, growing_pairs
from firth.live.unanswered import NOT_FINITE, or_error
from firth.live.world_grammar import grammar_translation
from firth.text.sentence_ends import split_sentences

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from firth.ask.decoding_steps import DecodingSteps
    from firth.ask.line_decoding import LineDecoder
    from firth.live.asked_query import Query
    from firth.live.opened_models import OpenedModels

COUNT = 3  # candidates shown at each position of the output


def answer(models: OpenedModels, query: Query) -> dict[str, Any]:
    """Every step of the translation of a sentence by each encoder–decoder.

    Parameters
    ----------
    query : ``text``, a sentence; of several, the first is translated. A question without it is the first example.

    Returns
    -------
    dict
        ``text``, as asked; ``sentence``, as translated; ``examples``, sentences, each longer than the one before;
        ``models``, for each its ``name`` (of the attention) and what ``described`` gives, or ``error``; and what
        ``compared_outputs`` adds.

    Raises
    ------
    FirthError
        If the text is empty, no model is built, or all refuse the text for one reason.
    """
    models.attentions("translation")  # if none is built, this error says more than that there are no tokens
    tokens = models.workspace.tokens("translation")
    found = {
        text.source: text.target for text in models.open("examples", (tokens,), partial(growing_pairs, tokens)).model
    }
    form = models.text_form("translation")
    examples = list(WORLD_SENTENCES) if form.world else list(found)
    text = asked_text(query, "text", "sentence", LONGEST_SENTENCE)
    if "text" not in query and examples:
        text = examples[0]
    if not text:
        raise FirthError("write a sentence to translate")
    sentence = split_sentences(text)[0]

    def known() -> dict[str, Any]:
        return {"text": found.get(sentence) or grammar_translation(models.workspace, form, sentence)}

    def of_model(decoder: LineDecoder) -> dict[str, Any]:
        from firth.ask.translators import Translator  # here, because torch takes seconds

        steps = Translator(decoder).translation_steps(sentence, COUNT)
        return {**described(steps), **remarks(steps.decoded, decoder)}

    outputs = compared_outputs(models.ask_encoder_decoders("translation", of_model), or_error(known))
    return {"text": text, "sentence": sentence, "examples": examples, **outputs}


def described(steps: DecodingSteps) -> dict[str, Any]:
    """The steps of an output as JSON data.

    Returns
    -------
    dict
        ``text`` of the output; ``source``, tokens; ``readings``, for each direction of the encoder the ``positions``
        of tokens in the order of reading and the ``states`` after each; ``output``, for each token the ``token``, the
        ``candidates``, the decoder's ``state`` before it and the ``attention`` to each source token (None without
        attention). States are in hundredths, from -100 to 100.
    """
    decoded = steps.decoded
    attention = [None] * len(decoded.tokens) if decoded.attention is None else decoded.attention.round(3).tolist()
    written = zip(decoded.tokens, steps.candidates, hundredths(steps.states), attention, strict=True)
    return {
        "text": decoded.text,
        "source": decoded.source_tokens,
        "readings": [
            {"positions": reading.positions, "states": hundredths(reading.states)} for reading in steps.readings
        ],
        "output": [
            {
                "token": token,
                "candidates": [{"token": other, "probability": share} for other, share in candidates],
                "state": state,
                "attention": weights,
            }
            for token, candidates, state, weights in written
        ],
    }


def hundredths(states: NDArray[np.float32]) -> list[list[int]]:
    """Hidden states, which lie between -1 and 1, in hundredths.

    Raises
    ------
    FirthError
        If one is NaN.
    """
    if not np.isfinite(states).all():
        raise FirthError(NOT_FINITE)
    whole: list[list[int]] = (100 * states).round().astype(int).tolist()
    return whole
