"""Answer: a question about a story, its true answer, and what each encoder–decoder answers and looks at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from firth.errors import FirthError, shown
from firth.live.asked_query import asked_lines, asked_text
from firth.live.decoded_notes import compared_outputs, remarks
from firth.live.story_examples import LECTURE, LONGEST_STORY, answered_stories
from firth.live.unanswered import or_error
from firth.text.sentence_ends import split_sentences
from firth.world.told_stories import answered, next_sentences, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firth.ask.decoding_steps import DecodingSteps
    from firth.ask.line_decoding import LineDecoder
    from firth.live.asked_query import Query
    from firth.live.opened_models import OpenedModels

LONGEST_QUESTION = 200  # characters
NO_WORLD = "The stories of this text are not the built-in world's: write your own."
NOT_KNOWN = "The true answer is not known: it is told by the built-in world alone, and for examples."


def answer(models: OpenedModels, query: Query) -> dict[str, Any]:
    """The answer to a question about a story by each encoder–decoder.

    Parameters
    ----------
    query : ``story`` and ``question``. A question without a story is the first example.

    Returns
    -------
    dict
        ``story``, a sentence a line, and ``question``, as read; ``world``: ``next``, sentences that can come next by
        person, and ``questions``, those that the story answers, or ``error``; ``reference``: the true answer as
        ``text``, and ``supporting``, the numbers from 1 of the sentences that it follows from, or ``error``;
        ``examples``, each with ``story`` and ``question``; ``models``, for each its ``name`` (of the attention) and
        what ``looked_at`` gives, or ``error``; and what ``compared_outputs`` adds.

    Raises
    ------
    FirthError
        If story or question is empty, no model is built, or all refuse the text for one reason.
    """
    models.attentions("qa")  # if none is built, this error says more than that there are no tokens
    tokens = models.workspace.tokens("qa")
    form = models.text_form("qa")
    stories = models.open("examples", (tokens,), partial(answered_stories, tokens)).model
    examples = [LECTURE, *stories] if form.world else stories
    story, question = _asked(query)
    if not {"story", "question"} & set(query) and examples:
        story, question = examples[0].story.splitlines(), examples[0].question
    if not story:
        raise FirthError("write a story, such as: Tim is playing in his room.")
    if not question:
        raise FirthError("write a question, such as: Where is Tim?")

    known = {(one.story, one.question): one.answer for one in stories}

    def by_world() -> dict[str, Any]:
        if not form.world:
            raise FirthError(NO_WORLD)
        return _by_world(story, question)

    def by_test_set() -> dict[str, Any]:
        if ("\n".join(story), question) not in known:
            raise FirthError(NOT_KNOWN)
        return {"text": known["\n".join(story), question], "supporting": []}

    def of_model(decoder: LineDecoder) -> dict[str, Any]:
        from firth.ask.translators import QuestionAnswerer  # here, because torch takes seconds

        steps = QuestionAnswerer(decoder).answer_steps("\n".join(story), question, 1)
        return {**looked_at(decoder, steps), **remarks(steps.decoded, decoder)}

    answers, world = models.ask_encoder_decoders("qa", of_model), or_error(by_world)
    true = world.pop("reference", None) or or_error(by_test_set)
    return {
        "story": "\n".join(story),
        "question": question,
        "world": world,
        "examples": [{"story": one.story, "question": one.question} for one in examples],
        **compared_outputs(answers, true),
    }


def looked_at(decoder: LineDecoder, steps: DecodingSteps) -> dict[str, Any]:
    """An answer with how much each of its tokens depends on each source token, as JSON data.

    Returns
    -------
    dict
        ``text``; ``source``, tokens of story and question; ``output``, for each token the ``token`` and ``weights``,
        which sum to 1; ``by``, of what these are: ``attention``, or ``gradient`` for a model without; ``focus``, the
        index of the last token that is a word (0 if none is).
    """
    from firth.ask.decoding_steps import gradient_shares

    decoded = steps.decoded
    weights = gradient_shares(decoder, steps) if decoded.attention is None else decoded.attention
    words = [number for number, token in enumerate(decoded.tokens) if token.strip().isalnum()]
    return {
        "text": decoded.text,
        "source": decoded.source_tokens,
        "output": [
            {"token": token, "weights": row}
            for token, row in zip(decoded.tokens, weights.round(3).tolist(), strict=True)
        ],
        "by": "gradient" if decoded.attention is None else "attention",
        "focus": words[-1] if words else 0,
    }


def _by_world(story: Sequence[str], question: str) -> dict[str, Any]:
    """``next``, ``questions`` and ``reference`` of a story of the built-in world.

    Raises
    ------
    FirthError
        If the world doesn't tell the story.
    """
    try:
        world = told(story)
    except ValueError as error:
        raise FirthError(f"The built-in world tells no such story: {shown(str(error))} can't be there.") from None
    found = answered(world, question)
    reference: dict[str, Any] = {"error": "The story does not answer this question."}
    if found is not None:
        supporting = sorted(number + 1 for number in found.supporting)
        reference = {"text": found.answer(found.place), "supporting": supporting}
    questions = [one.text for one in world.questions()]
    return {"next": next_sentences(world), "questions": questions, "reference": reference}


def _asked(query: Mapping[str, str]) -> tuple[list[str], str]:
    """The sentences of the story, and the question."""
    lines = asked_lines(query, "story", "story", LONGEST_STORY)
    return [sentence for line in lines for sentence in split_sentences(line)], asked_text(
        query, "question", "question", LONGEST_QUESTION
    )
