"""The commands that people type: questions to the models that are built, and work on the experiment as a whole.

Every library is imported inside a command, so that ``firth --help`` is quick; those that compute with numbers come
after the number of threads is set.
"""

import math
from pathlib import Path
from typing import Annotated, Literal

import typer

from firth.params.model_names import LANGUAGE_MODELS
from firth.process import fix_threads
from firth.workspace import Workspace, checkout

MOST_SHOWN, MOST_TOKENS = 1_000_000, 100_000
MOST_HYPOTHESES, MOST_LINES = 1_000, 10_000  # beyond them memory is the limit
ASK, EXPERIMENT = "Ask the models", "The experiment"  # headings in the help
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
BatchSize = Annotated[
    int | None, typer.Option(min=1, max=MOST_LINES, help="Lines decoded together. (default: the model's)")
]

commands = typer.Typer()


def _experiment() -> Workspace:
    """The experiment in the current folder, with the number of threads set as for the measures of its models."""
    from firth.ask.built_models import threads

    workspace = Workspace(Path.cwd())
    fix_threads(threads(workspace))
    return workspace


@commands.command(rich_help_panel=ASK)
def neighbors(
    word: str,
    count: Annotated[int, typer.Option(min=1, max=MOST_SHOWN, help="How many words to show in each space.")] = 10,
) -> None:
    """Show the words nearest to a word, in every space of word vectors."""
    from firth.ask.vector_questions import print_neighbors

    print_neighbors(Workspace(Path.cwd()), word, count)


@commands.command(rich_help_panel=ASK)
def similarity(word: str, other: str) -> None:
    """Show the cosine of two words, in every space of word vectors."""
    from firth.ask.vector_questions import print_similarity

    print_similarity(Workspace(Path.cwd()), word, other)


@commands.command(rich_help_panel=ASK)
def analogy(a: str, b: str, c: str) -> None:
    """Show the answers to: A is to B as C is to ?, in every space of word vectors."""
    from firth.ask.vector_questions import print_analogy

    print_analogy(Workspace(Path.cwd()), a, b, c)


@commands.command(rich_help_panel=ASK)
def perplexity(
    file: Annotated[
        str, typer.Argument(help="UTF-8, a sentence a line, also .gz, .bz2, .xz or .zip; - is standard input.")
    ],
    model: OneModel = None,
    sentences: Annotated[
        bool, typer.Option("--sentences", help="Show each sentence's negative log-likelihood (nats), tab-separated.")
    ] = False,
) -> None:
    """Show the perplexity of a text, by every language model.

    Words out of vocabulary are read as <unk>. Networks carry their state from sentence to sentence; firth score scores
    each line by itself. A line of more than 10,000 words is cut into several, as in a corpus. With --sentences every
    line has a row, and a line without words has no numbers.
    """
    workspace = _experiment()
    from firth.ask.language_questions import print_perplexity, print_sentence_losses

    if sentences:
        print_sentence_losses(workspace, file, model)
    else:
        print_perplexity(workspace, file, model)


@commands.command(rich_help_panel=ASK)
def score(
    file: Annotated[
        str, typer.Argument(help="UTF-8, a sentence a line, also .gz, .bz2, .xz or .zip; - is standard input.")
    ],
    model: OneModel = None,
    tokens: Annotated[bool, typer.Option("--tokens", help="Show the surprisal (nats) of each token instead.")] = False,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Each line is a minimal pair; show each model's accuracy.")
    ] = False,
) -> None:
    """Show the log-probability (nats) of each line by itself, <eos> included, by every language model.

    A line has the same score wherever it stands. The output is tab-separated, with a row for every line; a line without
    words has no numbers. Words out of vocabulary are read as <unk>, and standard error names them.

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
        print_pair_accuracies(workspace, file, model)
    else:
        print_scores(workspace, file, model, by_token=tokens)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no temperature.")
    return value


@commands.command(rich_help_panel=ASK)
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
) -> None:
    """Have a language model write sentences, one a line; it never writes <unk>."""
    workspace = _experiment()
    from firth.ask.language_questions import print_generated

    print_generated(workspace, prompt, temperature, seed, count, length, model)


@commands.command("next", rich_help_panel=ASK)
def next_token(
    text: Annotated[str, typer.Argument(help="The first words of a sentence, in quotes; may be empty.")],
    count: Annotated[int, typer.Option(min=1, max=MOST_SHOWN, help="How many tokens to show for each model.")] = 10,
    model: OneModel = None,
) -> None:
    """Show the most probable next tokens of a sentence, by every language model; <eos> is the sentence's end."""
    workspace = _experiment()
    from firth.ask.language_questions import print_next

    print_next(workspace, text, count, model)


@commands.command(rich_help_panel=ASK)
def translate(
    text: Annotated[str | None, typer.Argument(help="A sentence, in quotes.")] = None,
    file: LineFile = None,
    attention: OneAttention = None,
    beam_size: BeamSize = None,
    batch_size: BatchSize = None,
) -> None:
    """Translate a sentence or, without one, each line of a file or of standard input, in order."""
    workspace = _experiment()
    from firth.ask.sequence_questions import SequenceQuestion, print_translations

    print_translations(workspace, SequenceQuestion(text, file, attention, beam_size, batch_size))


@commands.command(rich_help_panel=ASK)
def answer(
    story: Annotated[str, typer.Option(help="A file with the story, UTF-8; - is standard input.")],
    question: Annotated[str | None, typer.Argument(help="In quotes.")] = None,
    file: LineFile = None,
    attention: OneAttention = None,
    beam_size: BeamSize = None,
    batch_size: BatchSize = None,
) -> None:
    """Answer a question about a story or, without one, each line of a file or of standard input, in order."""
    workspace = _experiment()
    from firth.ask.sequence_questions import SequenceQuestion, print_answers

    print_answers(workspace, story, SequenceQuestion(question, file, attention, beam_size, batch_size))


@commands.command(rich_help_panel=EXPERIMENT)
def preset(
    name: Annotated[str | None, typer.Argument(help="Such as world or benchmark.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the presets, as without a name.")] = False,
    shown: Annotated[bool, typer.Option("--show", help="Print the params instead of writing them.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite changes that are not committed.")] = False,
) -> None:
    """Write a complete params.yaml, every key explained."""
    from firth.params.presets import preset_command

    params, presets = Workspace(Path.cwd()).params, checkout() / "presets"
    print(preset_command(name, params, presets, listed=listed, shown=shown, force=force))


@commands.command(rich_help_panel=EXPERIMENT)
def repro(
    targets: Annotated[list[str] | None, typer.Argument(help="Stages as in dvc repro, such as lm@lstm.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Stages that run at once. (default: cores ÷ threads of a stage)")
    ] = None,
) -> None:
    """Build everything that is out of date, as dvc repro does, with independent stages side by side."""
    from firth.schedule import repro as build

    raise typer.Exit(build(targets or [], jobs, Path.cwd()))


@commands.command(rich_help_panel=EXPERIMENT)
def summary() -> None:
    """Show the headline numbers, what changed since the last commit, and questions to try."""
    from firth.ask.summary import print_summary

    print_summary(Workspace(Path.cwd()))


@commands.command(rich_help_panel=EXPERIMENT)
def compare(
    before: Annotated[str, typer.Argument(metavar="REV", help="A commit, branch or tag.")] = "HEAD",
    after: Annotated[str | None, typer.Argument(metavar="REV", help="Another. (default: the workspace)")] = None,
    fail_on: Annotated[
        Literal["worse"] | None,
        typer.Option(help="End with status 1 if a headline number is worse by more than noise, or no longer measured."),
    ] = None,
) -> None:
    """Show which params and headline numbers differ between two commits, or a commit and the workspace."""
    from firth.ask.comparison_lines import print_compared

    is_worse = print_compared(Path.cwd(), before, after)
    raise typer.Exit(1 if fail_on and is_worse else 0)


@commands.command(rich_help_panel=EXPERIMENT)
def seeds(
    trainings: Annotated[list[str] | None, typer.Argument(help="Such as lm@lstm. (default: all)")] = None,
    count: Annotated[int, typer.Option(min=2, max=1000, help="How many times each is trained.")] = 5,
) -> None:
    """Repeat trainings with other random numbers, and write how far the headline numbers spread."""
    from firth.ask.seeds import print_seeds

    print_seeds(Path.cwd(), trainings or [], count)


@commands.command(rich_help_panel=EXPERIMENT)
def merge() -> None:
    """Settle a git merge's conflicts in params.yaml, dvc.lock and what stages write, so that little is built anew.

    Run it where git merge, rebase, cherry-pick or revert has stopped. A key of params.yaml that both sides changed
    differently, and conflicts in other files, have to be settled first.
    """
    from firth.merging.merge_command import print_merged

    print_merged(Path.cwd())


@commands.command(rich_help_panel=EXPERIMENT)
def verify(
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Build the last commit anew in a temporary clone and compare the results.")
    ] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help="With --rebuild: as of firth repro.")] = None,
) -> None:
    """Hash every output anew, in the working copy and in DVC's cache, and compare it with dvc.lock."""
    if rebuild:
        from firth.ask.rebuilt_clone import print_rebuilt

        print_rebuilt(Path.cwd(), jobs)
    else:
        from firth.ask.recorded_outputs import print_verification

        print_verification(Path.cwd())


@commands.command(rich_help_panel=EXPERIMENT)
def results() -> None:
    """Write docs/*.md from docs/*.yaml and the metrics of the commits named there, and the pictures of README."""
    from firth.report.pictures import write_pictures
    from firth.report.results_document import write_documents

    workspace = Workspace(Path.cwd())
    write_documents(workspace.root)
    write_pictures(workspace.page, workspace.root / "docs" / "pictures")
