"""Skip-gram on a sentence of the run: a center word, its context words, and the losses of a pair."""

from markupsafe import Markup

from firth.report.findings import Findings
from firth.report.lecture.word_pieces import shown_words
from firth.report.markup import code, figure, in_language, join, marked, paragraph, rendered

CONTEXTS = 6  # words around the center that are drawn


def _place(findings: Findings) -> tuple[list[str], str, list[str]] | None:
    """The place of the first shown word with most words around it: the words before, the word, the words after."""
    words, places = shown_words(findings), findings.table("concordance")
    there = places[places["word"] == words[0]] if words else places.head(0)
    if there.empty:
        return None
    lines = [(str(row.left).split(), str(row.word), str(row.right).split()) for row in there.itertuples()]
    return max(lines, key=lambda line: len(line[0]) + len(line[2]))


def skipgram_example(findings: Findings) -> Markup | None:
    """A center word in its context, and the probability of a context word."""
    place = _place(findings)
    if place is None:
        return None
    left, center, right = place
    language = findings.language("embeddings")
    sentence = [*(in_language(word, language) for word in left), marked(center)]
    sentence += [in_language(word, language) for word in right]
    return join([paragraph(join(sentence, " ")), rendered("skipgram_equation.html.j2")])


def draw_skipgram(findings: Findings) -> Markup | None:
    """A center word and the context words that it predicts."""
    place = _place(findings)
    if place is None:
        return None
    left, center, right = place
    before = left[-max(CONTEXTS // 2, CONTEXTS - len(right)) :] if left else []
    contexts = [*before, *right[: CONTEXTS - len(before)]]
    height = 34 * max(len(contexts), 2) + 26
    label = f"Skip-gram: the vector of {center} predicts each of the context words {', '.join(contexts)}"
    drawing = rendered(
        "skipgram.svg.j2",
        center=center,
        contexts=contexts,
        middle=(height + 18) // 2,
        height=height,
        label=label,
        language=findings.language("embeddings"),
    )
    caption = (
        "Each line is a training pair. Its score is the product of two vectors: a row of the matrix W of center words "
        "and a row of the matrix C of context words."
    )
    return figure(drawing, caption)


def sampling_example(findings: Findings) -> Markup | None:
    """A training pair, and its loss with negative samples."""
    params, place = findings.settings.get("word2vec", {}), _place(findings)
    if params.get("loss") != "negative_sampling" or place is None:
        return None
    left, center, right = place
    context = [*left[-1:], *right][0] if left or right else None
    if context is None:
        return None
    noise = params["negative_samples"]
    sentence = paragraph(
        "For the pair ", code(center), ", ", code(context), f", the loss scores {noise} words n drawn at random in "
        "place of the whole vocabulary:",
    )  # fmt: skip
    return join([sentence, rendered("negative_sampling_equation.html.j2")])
