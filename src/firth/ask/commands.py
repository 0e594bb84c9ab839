"""Questions to the models that are built, as people type them.

Every library is imported inside a command, so that ``firth --help`` is quick; those that compute with numbers come
after the number of threads is set.
"""

import math
from pathlib import Path
from typing import Annotated

import typer

from firth.params.model_names import LANGUAGE_MODELS
from firth.process import fix_threads
from firth.workspace import Workspace

MOST_SHOWN, MOST_TOKENS = 1_000_000, 100_000
MOST_HYPOTHESES, MOST_LINES = 1_000, 10_000  # beyond them memory is the limit
ASK = "Ask the models"  # heading in the help
OneModel = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="One model, such as lstm, instead of all that are built.")
]
LineFile = Annotated[
    str | None,
    typer.Option(help="UTF-8, one a line, also .gz, .bz2, .xz or .zip; - is standard input, read as it arrives."),
]
OneAttention = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="By default the first built of additive, general, dot, none."),
]
BeamSize = Annotated[
    int | None,
    typer.Option(
        min=1, max=MOST_HYPOTHESES, help="Hypotheses kept in decoding; 1 is greedy. (default: the evaluation's)"
    ),
]
Explain = Annotated[bool, typer.Option("--explain", help="Show what each token of the output attends to.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line, with all digits.")]
BatchSize = Annotated[
    int | None, typer.Option(min=1, max=MOST_LINES, help="Lines decoded together. (default: the model's)")
]

questions = typer.Typer()


def _experiment() -> Workspace:
    """The experiment in the current folder, with the number of threads set as for the measures of its models."""
    from firth.ask.built_models import threads

    workspace = Workspace(Path.cwd())
    fix_threads(threads(workspace))
    return workspace


@questions.command(rich_help_panel=ASK)
def neighbors(
    word: str,
    count: Annotated[int, typer.Option(min=1, max=MOST_SHOWN, help="How many words to show in each space.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show the words nearest to a word, in every space of word vectors: firth neighbors kitchen"""
    workspace = _experiment()
    from firth.ask.vector_questions import print_neighbors

    print_neighbors(workspace, word, count, as_json)


@questions.command(rich_help_panel=ASK)
def similarity(word: str, other: str, as_json: AsJson = False) -> None:
    """Show the cosine of two words, in every space of word vectors: firth similarity apple banana"""
    workspace = _experiment()
    from firth.ask.vector_questions import print_similarity

    print_similarity(workspace, word, other, as_json)


@questions.command(rich_help_panel=ASK)
def analogy(a: str, b: str, c: str, as_json: AsJson = False) -> None:
    """Show the answers to A is to B as C is to ?, in every space of word vectors: firth analogy dog dogs apple"""
    workspace = _experiment()
    from firth.ask.vector_questions import print_analogy

    print_analogy(workspace, a, b, c, as_json)


@questions.command(rich_help_panel=ASK)
def perplexity(
    file: Annotated[
        str, typer.Argument(help="UTF-8, a sentence a line, also .gz, .bz2, .xz or .zip; - is standard input.")
    ],
    model: OneModel = None,
    sentences: Annotated[
        bool, typer.Option("--sentences", help="Show each sentence's negative log-likelihood (nats), tab-separated.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the perplexity of a text, by every language model: firth perplexity novel.txt

    Words out of vocabulary are read as <unk>. Networks carry their state from sentence to sentence; firth score scores
    each line by itself. A line of more than 10,000 words is cut into several, as in a corpus. With --sentences every
    line has a row, and a line without words has no numbers.
    """
    workspace = _experiment()
    from firth.ask.language_questions import print_perplexity, print_sentence_losses

    if sentences:
        print_sentence_losses(workspace, file, model, as_json)
    else:
        print_perplexity(workspace, file, model, as_json)


@questions.command(rich_help_panel=ASK)
def score(
    file: Annotated[
        str, typer.Argument(help="UTF-8, a sentence a line, also .gz, .bz2, .xz or .zip; - is standard input.")
    ],
    model: OneModel = None,
    tokens: Annotated[bool, typer.Option("--tokens", help="Show the surprisal (nats) of each token instead.")] = False,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Each line is a minimal pair; show each model's accuracy.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the log-probability (nats) of each line by itself, by every language model: firth score sentences.txt

    The score includes <eos>. A line has the same score wherever it stands. The output is tab-separated, with a row for
    every line; a line without words has no numbers. Words out of vocabulary are read as <unk>, and standard error names
    them.

    With --pairs a line is good<tab>bad or prefix<tab>right<tab>wrong, and perhaps a last column, the pair's group. The
    first line may name the columns: good, bad, group or prefix, right, wrong, group; without names, three columns are
    prefix, right, wrong. A pair counts one if the better text is more probable, and one half if both are equally
    probable (within 10^-6 nats). Sentences are compared with their end, continuations of a prefix without. Low and high
    are the ends of the accuracy's 95 % interval (Wilson).
    """
    if tokens and pairs:
        raise typer.BadParameter("--tokens and --pairs are both given; give one of them.")
    workspace = _experiment()
    from firth.ask.score_questions import print_pair_accuracies, print_scores

    if pairs:
        print_pair_accuracies(workspace, file, model, as_json)
    else:
        print_scores(workspace, file, model, tokens, as_json)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no temperature.")
    return value


@questions.command(rich_help_panel=ASK)
def generate(
    prompt: Annotated[str, typer.Option(help="The first words of each sentence.")] = "",
    temperature: Annotated[
        float,
        typer.Option(min=0.0, callback=_finite, help="Below 1 prefers probable tokens; 0 takes the best."),
    ] = 1.0,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The same seed gives the same text.")] = 1,
    count: Annotated[int, typer.Option(min=1, max=MOST_SHOWN, help="How many sentences.")] = 1,
    length: Annotated[
        int, typer.Option(min=1, max=MOST_TOKENS, help="How many tokens to add to the prompt at most.")
    ] = 50,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"By default the first built of {', '.join(reversed(LANGUAGE_MODELS))}."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Have a language model write sentences, one a line, without <unk>: firth generate --prompt "the dog" """
    workspace = _experiment()
    from firth.ask.language_questions import print_generated

    print_generated(workspace, prompt, temperature, seed, count, length, model, as_json)


@questions.command("next", rich_help_panel=ASK)
def next_token(
    text: Annotated[str, typer.Argument(help="The first words of a sentence, in quotes; may be empty.")],
    count: Annotated[int, typer.Option(min=1, max=MOST_SHOWN, help="How many tokens to show for each model.")] = 10,
    model: OneModel = None,
    as_json: AsJson = False,
) -> None:
    """Show the most probable next tokens of a sentence, by every language model: firth next "the dogs near"

    <eos> is the sentence's end.
    """
    workspace = _experiment()
    from firth.ask.language_questions import print_next

    print_next(workspace, text, count, model, as_json)


@questions.command(rich_help_panel=ASK)
def agree(
    text: Annotated[str, typer.Argument(help="The first words of a sentence, in quotes; may be empty.")],
    alternatives: Annotated[list[str], typer.Argument(help="Two continuations or more, such as bark barks.")],
    model: OneModel = None,
    as_json: AsJson = False,
) -> None:
    """Show which continuation every language model prefers: firth agree "the dogs near the doctor" bark barks

    The table shows the probability of each continuation, a word or more, after the first words of the sentence.
    """
    workspace = _experiment()
    from firth.ask.language_questions import print_agreement

    print_agreement(workspace, text, alternatives, model, as_json)


@questions.command(rich_help_panel=ASK)
def translate(
    text: Annotated[str | None, typer.Argument(help="A sentence, in quotes.")] = None,
    file: LineFile = None,
    attention: OneAttention = None,
    beam_size: BeamSize = None,
    batch_size: BatchSize = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Translate sentences, or the lines of a file or of standard input: firth translate "Mary eats apples."

    Text of several sentences is split at their ends, translated sentence by sentence, and joined again. Standard error
    names the words that the training text never had.
    """
    workspace = _experiment()
    from firth.ask.sequence_questions import SequenceQuestion, print_translations

    print_translations(workspace, SequenceQuestion(text, file, attention, beam_size, batch_size, explain, as_json))


@questions.command(rich_help_panel=ASK)
def answer(
    story: Annotated[str, typer.Option(help="A file with the story, UTF-8; - is standard input.")],
    question: Annotated[str | None, typer.Argument(help="In quotes.")] = None,
    file: LineFile = None,
    attention: OneAttention = None,
    beam_size: BeamSize = None,
    batch_size: BatchSize = None,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Answer questions about a story: firth answer --story story.txt "Where is Tim?"

    Without a question, each line of a file or of standard input is one. Standard error names words of the question that
    the story lacks.
    """
    workspace = _experiment()
    from firth.ask.sequence_questions import SequenceQuestion, print_answers

    print_answers(
        workspace, story, SequenceQuestion(question, file, attention, beam_size, batch_size, explain, as_json)
    )


@questions.command(rich_help_panel=ASK)
def world(
    count: Annotated[int, typer.Option(min=0, max=MOST_SHOWN, help="How many sentences.")] = 20,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Another seed draws other sentences.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Show what the built-in world can talk about: its words, some sentences, its stories: firth world"""
    from firth.ask.world_words import print_world

    print_world(count, seed, as_json)
