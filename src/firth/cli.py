"""The command line: one command a stage for dvc.yaml, and what people ask."""

import importlib
import math
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from firth.errors import FirthError
from firth.params.corpora import Role
from firth.params.experiment import Params, load_params
from firth.params.lm import Cell, Network
from firth.params.seq2seq import Attention, Task
from firth.params.studies import Clipping, InitialEmbeddings, Method, Reading
from firth.process import fix_threads, is_fault, message, use_huge_pages
from firth.workspace import Workspace

LanguageModel = Literal["ngram", "feedforward", "rnn", "gru", "lstm"]
OneModel = Annotated[LanguageModel | None, typer.Option("--model", help="One model instead of all that are built.")]
LineFile = Annotated[
    str | None, typer.Option(help="UTF-8, one a line, also .gz, .xz or .zip; - is standard input, read as it comes.")
]
OneAttention = Annotated[
    Attention | None, typer.Option(help="By default the first that is built of additive, general, dot and none.")
]
BeamSize = Annotated[
    int | None, typer.Option(min=1, help="Hypotheses kept in decoding; 1 is greedy. [default: the model's]")
]
BatchSize = Annotated[int | None, typer.Option(min=1, help="Lines decoded together. [default: the model's]")]

app = typer.Typer(
    help="From raw text to word vectors, language models and encoder–decoders. The commands named like stages are run "
    "by `dvc repro`; start with `firth check`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _run(stage: str, *arguments: str) -> None:
    """Run a stage on the experiment in the current folder."""
    workspace = Workspace(Path.cwd())
    _run_with(load_params(workspace.params), workspace, stage, *arguments)


def _run_study(stage: str, *arguments: str) -> None:
    """Run a stage on the experiment of the studies, in the folder ``studies`` of the current one."""
    workspace = Workspace(Path.cwd())
    _run_with(load_params(workspace.studies.params), workspace, stage, *arguments)


def _run_with(params: Params, workspace: Workspace, stage: str, *arguments: str) -> None:
    """Import the stage last: its libraries read the number of threads when they are imported."""
    fix_threads(params.threads)
    use_huge_pages()
    importlib.import_module(f"firth.stages.{stage}").run(params, workspace, *arguments)


def _experiment() -> tuple[Params, Workspace]:
    """The experiment in the current folder, for a question about what it built; libraries are imported after this."""
    workspace = Workspace(Path.cwd())
    params = load_params(workspace.params)
    fix_threads(params.threads)
    return params, workspace


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option(envvar="FIRTH_DEBUG", help="Show the traceback of an error.")] = False,
) -> None:
    os.environ["FIRTH_DEBUG"] = "1" if debug else ""


@app.command()
def check() -> None:
    """Validate params.yaml and the checksums of corpora given by path."""
    _run("check")


@app.command()
def metrics() -> None:
    """Show all metrics in one table."""
    from firth.report.table import print_metrics

    print_metrics(Workspace(Path.cwd()).all_metrics)


@app.command()
def neighbors(
    word: str, count: Annotated[int, typer.Option(min=1, help="How many words to show in each space.")] = 10
) -> None:
    """Show the words nearest to a word, in every trained space."""
    from firth.stages.queries import print_neighbors

    print_neighbors(Workspace(Path.cwd()), word, count)


@app.command()
def similarity(word: str, other: str) -> None:
    """Show the cosine of two words, in every trained space."""
    from firth.stages.queries import print_similarity

    print_similarity(Workspace(Path.cwd()), word, other)


@app.command()
def analogy(a: str, b: str, c: str) -> None:
    """Show what is to C as B is to A, in every trained space."""
    from firth.stages.queries import print_analogy

    print_analogy(Workspace(Path.cwd()), a, b, c)


@app.command()
def perplexity(
    file: Annotated[str, typer.Argument(help="UTF-8, a sentence a line, also .gz, .xz or .zip; - is standard input.")],
    model: OneModel = None,
    sentences: Annotated[
        bool, typer.Option("--sentences", help="Show each sentence's nats, separated by tabs, instead.")
    ] = False,
) -> None:
    """Show the perplexity of a text, by every trained language model.

    Words out of vocabulary are read as <unk>. Recurrent models carry their state from sentence to sentence. A line of
    more than 10,000 words is cut into several, as in a corpus.
    """
    experiment = _experiment()
    from firth.stages.language_queries import print_perplexity

    print_perplexity(*experiment, file, model, sentences)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no temperature.")
    return value


@app.command()
def generate(
    prompt: Annotated[str, typer.Option(help="How each sentence begins.")] = "",
    temperature: Annotated[
        float, typer.Option(min=0.0, callback=_finite, help="Below 1 prefers what is probable; 0 takes the most so.")
    ] = 1.0,
    seed: Annotated[
        int | None, typer.Option(min=0, help="The same seed, the same text. [default: params.yaml's]")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="How many sentences.")] = 1,
    length: Annotated[int, typer.Option(min=1, help="How many tokens to add to the prompt at most.")] = 50,
    model: Annotated[
        LanguageModel | None,
        typer.Option(help="By default the first that is built of lstm, gru, rnn, feedforward and ngram."),
    ] = None,
) -> None:
    """Have a language model write sentences, one a line; it never writes <unk>."""
    experiment = _experiment()
    from firth.stages.language_queries import print_generated

    print_generated(*experiment, prompt, temperature, seed, count, length, model)


@app.command("next")
def next_token(
    text: Annotated[str, typer.Argument(help="The beginning of a sentence, in quotes; it may be empty.")],
    count: Annotated[int, typer.Option(min=1, help="How many tokens to show for each model.")] = 10,
    model: OneModel = None,
) -> None:
    """Show what most probably comes next in a sentence, by every trained language model; <eos> is its end."""
    experiment = _experiment()
    from firth.stages.language_queries import print_next

    print_next(*experiment, text, count, model)


@app.command()
def translate(
    text: Annotated[str | None, typer.Argument(help="A sentence, in quotes.")] = None,
    file: LineFile = None,
    attention: OneAttention = None,
    beam_size: BeamSize = None,
    batch_size: BatchSize = None,
) -> None:
    """Translate a sentence or, without one, each line of a file or of standard input, in order."""
    experiment = _experiment()
    from firth.stages.sequence_queries import Asked, print_translations

    print_translations(*experiment, Asked(text, file, attention, beam_size, batch_size))


@app.command()
def answer(
    story: Annotated[str, typer.Option(help="A file with the story, UTF-8; - is standard input.")],
    question: Annotated[str | None, typer.Argument(help="In quotes.")] = None,
    file: LineFile = None,
    attention: OneAttention = None,
    beam_size: BeamSize = None,
    batch_size: BatchSize = None,
) -> None:
    """Answer a question about a story or, without one, each line of a file or of standard input, in order."""
    experiment = _experiment()
    from firth.stages.sequence_queries import Asked, print_answers

    print_answers(*experiment, story, Asked(question, file, attention, beam_size, batch_size))


@app.command()
def download(role: Role) -> None:
    """Fetch, verify and unify the text of one role."""
    _run("download", role)


@app.command()
def tokenize(role: Role) -> None:
    """Turn the text of one role into ids."""
    _run("tokenize", role)


@app.command()
def cooccurrence() -> None:
    """Count which words stand near which."""
    _run("cooccurrence")


@app.command()
def svd() -> None:
    """Weigh the counts (PPMI) and reduce them to vectors."""
    _run("svd")


@app.command()
def word2vec() -> None:
    """Train skip-gram vectors with negative sampling."""
    _run("word2vec")


@app.command()
def ngram() -> None:
    """Estimate the count-based language model."""
    _run("ngram")


@app.command()
def lm(network: Network) -> None:
    """Train one neural language model."""
    _run("lm", network)


@app.command()
def gradients(network: Cell) -> None:
    """Measure how far back a recurrent network's errors reach."""
    _run("gradients", network)


@app.command()
def seq2seq(task: Task, attention: Attention) -> None:
    """Train one encoder–decoder."""
    _run("seq2seq", task, attention)


@app.command()
def alignment(task: Task, attention: Attention) -> None:
    """Measure what an encoder–decoder's outputs owe to each word of the source."""
    _run("alignment", task, attention)


@app.command()
def study_softmax() -> None:
    """Count what predicting one word costs against the size of the vocabulary."""
    _run_study("study_softmax")


@app.command()
def study_vectors(method: Method) -> None:
    """Follow the quality of word vectors while one method learns them."""
    _run_study("study_vectors", method)


@app.command()
def study_clipping(clipping: Clipping) -> None:
    """Train a recurrent network at several learning rates, with or without clipping its gradients."""
    _run_study("study_clipping", clipping)


@app.command()
def study_embeddings(initial_embeddings: InitialEmbeddings) -> None:
    """Train an LSTM whose word embeddings start as random numbers or as word vectors."""
    _run_study("study_embeddings", initial_embeddings)


@app.command()
def study_encoders(cell: Cell, reading: Reading) -> None:
    """Train one encoder–decoder of those that are compared by cell and by how they read the source."""
    _run_study("study_encoders", cell, reading)


@app.command()
def study_bottleneck() -> None:
    """Train encoder–decoders with vectors of several sizes between encoder and decoder."""
    _run_study("study_bottleneck")


@app.command()
def study_pairs(initial_embeddings: InitialEmbeddings) -> None:
    """Train encoder–decoders on more and more pairs, with random embeddings or with word vectors."""
    _run_study("study_pairs", initial_embeddings)


@app.command()
def report() -> None:
    """Write the page with all results."""
    _run("report")


def main() -> None:
    """Entry point: a person's error is one line and exit status 2."""
    try:
        app()
    except (FirthError, OSError, MemoryError, RuntimeError) as error:
        if os.environ.get("FIRTH_DEBUG") or is_fault(error):
            raise
        print(message(error), file=sys.stderr)
        sys.exit(2)
