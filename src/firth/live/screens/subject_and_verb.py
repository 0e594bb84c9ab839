"""Subject and verb: which of two verb forms every language model prefers, with words put between subject and verb."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from firth.ask.language_questions import preferred
from firth.errors import FirthError
from firth.live.asked_query import asked_text, unknown_with_advice
from firth.live.unanswered import or_error
from firth.live.world_grammar import grammar_log_probability

if TYPE_CHECKING:
    from firth.ask.language_models import LanguageModel
    from firth.ask.sentence_blocks import SentenceEncoder
    from firth.live.asked_query import Query
    from firth.live.opened_models import OpenedModels

LONGEST_FORM = 60  # characters


@dataclass(frozen=True)
class Example:
    """A subject, two forms of a verb, the first of which agrees with it, and phrases to put between them in order."""

    subject: str
    first: str
    second: str
    phrases: tuple[str, ...]


# Each phrase follows the one before it in the world's grammar; its noun has the other number than the subject.
WORLD_EXAMPLES = (
    Example("the dogs", "bark", "barks", ("near the child", "with the ball", "under the table")),
    Example("the dog", "barks", "bark", ("near the children", "with the balls", "under the tables")),
    Example("the teacher", "writes", "write", ("from the schools", "near the rivers", "in the gardens")),
    Example("the trees", "grow", "grows", ("near the house", "behind the church", "near the lake")),
    Example("the cars", "start", "starts", ("that braked",)),
)
ENGLISH_EXAMPLES = (
    Example("the men", "were", "was", ("near the house", "in the city", "of the country")),
    Example("the man", "was", "were", ("near the houses", "in the cities", "of the countries")),
    Example("the people", "are", "is", ("in the house", "near the street", "of the town")),
)


def answer(models: OpenedModels, query: Query) -> dict[str, Any]:
    """Which verb form models prefer after a subject and the words between subject and verb.

    Parameters
    ----------
    query : ``subject``, ``between``, ``first`` and ``second``, the verb forms. A question without any of them is the
        first example.

    Returns
    -------
    dict
        ``question``, these texts; ``tokens``, those before the verb, of which the first ``subject_tokens`` are the
        subject; ``models``, for each its ``name`` and ``receptive_field`` (None: all tokens), ``probabilities`` of the
        two forms, ``share`` of the first in their sum and ``preferred`` (None: neither), or ``error``; ``grammar``, the
        same without ``receptive_field``; ``examples``, ``unknown``.

    Raises
    ------
    FirthError
        If a verb form is empty, or both are the same.
    """
    encoder = models.encoder()
    examples = _examples(encoder)
    question = _question(query, examples)
    forms = [question["first"], question["second"]]
    read = [encoder.encode([form]).tokens for form in forms]
    if not all(read):
        raise FirthError("a verb form is empty; give two, such as bark and barks")
    if read[0] == read[1]:
        raise FirthError("both verb forms are the same; give two that differ, such as bark and barks")
    text = f"{question['subject']} {question['between']}".strip()
    tokens = encoder.encode([text]).tokens

    def of_model(model: LanguageModel) -> dict[str, Any]:
        found = model.continuations(text, forms)
        return {"receptive_field": model.receptive_field, **_compared(found[forms[0]], found[forms[1]], forms)}

    def of_grammar() -> dict[str, Any]:
        scores = [grammar_log_probability(models.workspace, encoder.form, tokens, verb) for verb in read]
        if max(scores) == -math.inf:
            raise FirthError("The grammar has neither verb form here.")
        return _compared(scores[0], scores[1], forms)

    return {
        "question": question,
        "tokens": tokens,
        "subject_tokens": len(encoder.encode([question["subject"]]).tokens),
        "models": models.ask_language_models(of_model),
        "grammar": or_error(of_grammar),
        "examples": [asdict(example) for example in examples],
        "unknown": unknown_with_advice(encoder.encode([" ".join([text, *forms])]).unknown_words, encoder.spelling),
    }


def _question(query: Query, examples: Sequence[Example]) -> dict[str, str]:
    """The texts of a question, of the first example where there is none."""
    texts = {
        "subject": asked_text(query, "subject", "subject"),
        "between": asked_text(query, "between", "text between subject and verb"),
        "first": asked_text(query, "first", "first verb form", LONGEST_FORM),
        "second": asked_text(query, "second", "second verb form", LONGEST_FORM),
    }
    if any(key in query for key in ("subject", "first", "second")) or not examples:
        return texts
    example = examples[0]
    return {**texts, "subject": example.subject, "first": example.first, "second": example.second}


def _examples(encoder: SentenceEncoder) -> list[Example]:
    """The examples that suit the text: those without words that are out of vocabulary."""
    if encoder.form.world:
        examples: tuple[Example, ...] = WORLD_EXAMPLES
    else:
        examples = ENGLISH_EXAMPLES if encoder.form.language == "en" else ()
    return [
        example
        for example in examples
        if not encoder.encode([example.subject, example.first, example.second, *example.phrases]).unknown
    ]


def _compared(first: float, second: float, forms: Sequence[str]) -> dict[str, Any]:
    """The probabilities of two forms, the share of the first, and the form preferred, from log P in nats.

    The share is that of log P: two forms that are both most improbable still have one.
    """
    highest = max(first, second)
    shares = [math.exp(score - highest) for score in (first, second)]
    return {
        "probabilities": [math.exp(first), math.exp(second)],
        "share": shares[0] / sum(shares),
        "preferred": preferred(dict(zip(forms, (first, second), strict=True))),
    }
