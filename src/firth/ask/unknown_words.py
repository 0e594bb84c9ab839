"""What questions say of words out of vocabulary."""

from firth.ask.sentence_blocks import UnknownWords
from firth.errors import shown
from firth.text.text_form import TextForm
from firth.text.vocabulary import UNK

NAMED = 5  # the most frequent ones


def unknown_note(unknown: UnknownWords, tokens: int, form: TextForm) -> str:
    """How many of a text's tokens, one or more, are unknown, and the most frequent of them."""
    kind = "words" if form.segmentation == "words" else "tokens"
    most = ", ".join(f"{shown(word)} ({times:,})" for word, times in unknown.words.most_common(NAMED))
    more = ", …" if len(unknown.words) > NAMED else ""
    return (
        f"{unknown.total:,} of {tokens:,} {kind} ({unknown.total / tokens:.2%}) are not in the vocabulary and were "
        f"read as {UNK}: {most}{more}"
    )
