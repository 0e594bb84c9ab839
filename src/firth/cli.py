"""The command line: one command for each stage in dvc.yaml, and the commands of ``ask.commands``."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from firth.ask.commands import ASK, questions
from firth.ask.experiment_commands import EXPERIMENT, work
from firth.errors import FirthError
from firth.failures import is_fault, message
from firth.params.cells import Cell
from firth.params.initial_embeddings import InitialEmbeddings
from firth.params.model_names import LanguageModelName, Network, Space
from firth.params.roles import Role
from firth.params.study_names import Clipping, Method, Reading
from firth.params.task_names import Attention, Task
from firth.process import Interrupted, end_at_signals, fix_threads
from firth.workspace import Workspace

BUILD = "Build (run by dvc repro)"
app = typer.Typer(
    help="From raw text to word vectors, language models and encoder–decoders. Build everything with `firth repro`, "
    "then ask the models.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.registered_commands += questions.registered_commands + work.registered_commands


def _run(stage: str, *arguments: str) -> None:
    """Run one stage item of the pipeline in the current folder."""
    from firth.execute import execute, read_settings
    from firth.freshness import verify_fresh, verify_listed
    from firth.output_lock import output_lock
    from firth.params.experiment import load_params
    from firth.params.pipeline_items import Item

    workspace, item = Workspace(Path.cwd()), Item(stage, arguments)
    params = load_params(workspace.params)
    verify_listed(item, params)
    settings = read_settings(workspace, item.name, params.compute)
    verify_fresh(workspace, item, settings, params)
    with output_lock(workspace.lock(item.name), item.name):
        execute(workspace, settings, stage, *arguments)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"firth {version('firth')}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option(envvar="FIRTH_DEBUG", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    os.environ["FIRTH_DEBUG"] = "1" if debug else ""


@app.command(rich_help_panel=BUILD)
def code() -> None:
    """Digest the code that every stage item can run, into code/."""
    from firth.output_lock import output_lock
    from firth.stages.code import run

    workspace = Workspace(Path.cwd())
    with output_lock(workspace.lock("code"), "code"):
        run(workspace)


@app.command(rich_help_panel=EXPERIMENT)
def check(
    write: Annotated[
        bool, typer.Option("--write", help="First put the checksums of own files, as they are now, into params.yaml.")
    ] = False,
    only: Annotated[
        Role | None, typer.Option("--only", help="Compare the own files of one role with params.yaml; write nothing.")
    ] = None,
) -> None:
    """Validate params.yaml and own files, and write the effective settings of every stage item into settings/."""
    from firth.corpora.own import own_texts
    from firth.corpora.own_checksums import write_checksums
    from firth.output_lock import output_lock
    from firth.params.experiment import load_params
    from firth.stages.check import run, verify

    workspace, is_asked = Workspace(Path.cwd()), "DVC_STAGE" not in os.environ  # by a person, not by a build
    if write and only:
        raise FirthError("--write and --only are both given; give one of them")
    if only:
        verify(own_texts(load_params(workspace.params), only), workspace)
        return
    params = load_params(workspace.params)
    if is_asked:
        from firth.lock_file import mend_lock_files

        mend_lock_files(workspace.root)
    with output_lock(workspace.lock("check"), "check"):
        if write:
            for done in write_checksums(workspace.params, workspace.home, workspace.downloads()):
                print(done)
            params = load_params(workspace.params)
        run(params, workspace)
    if is_asked:
        from firth.ask.unpushed import warn_unpushed

        warn_unpushed(workspace.root)


@app.command(rich_help_panel=ASK)
def live(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the page. (default: any that is free)")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Open a local page that asks the models while one types or shows them to a class: firth live"""
    from firth.ask.built_models import threads

    workspace = Workspace(Path.cwd())
    fix_threads(threads(workspace))
    from firth.live.server import serve

    serve(workspace, port, browser)


@app.command("download", rich_help_panel=BUILD)
def download(role: Role) -> None:
    """Fetch, verify and unify the text of one role."""
    _run("download", role)


@app.command("tokenize", rich_help_panel=BUILD)
def tokenize(role: Role) -> None:
    """Turn the text of one role into a vocabulary and streams of ids."""
    _run("tokenize", role)


@app.command("cooccurrence", rich_help_panel=BUILD)
def cooccurrence() -> None:
    """Count which words stand near which."""
    _run("cooccurrence")


@app.command("svd", rich_help_panel=BUILD)
def svd() -> None:
    """Weight the counts (PPMI) and reduce them to word vectors."""
    _run("svd")


@app.command("word2vec", rich_help_panel=BUILD)
def word2vec() -> None:
    """Train skip-gram vectors."""
    _run("word2vec")


@app.command("ngram", rich_help_panel=BUILD)
def ngram() -> None:
    """Estimate the n-gram language model."""
    _run("ngram")


@app.command("lm", rich_help_panel=BUILD)
def lm(network: Network) -> None:
    """Train one neural language model."""
    _run("lm", network)


@app.command("seq2seq", rich_help_panel=BUILD)
def seq2seq(task: Task, attention: Attention) -> None:
    """Train one encoder–decoder."""
    _run("seq2seq", task, attention)


@app.command("evaluate_vectors", rich_help_panel=BUILD)
def evaluate_vectors(space: Space) -> None:
    """Compare word vectors with gold standards."""
    _run("evaluate_vectors", space)


@app.command("evaluate_lm", rich_help_panel=BUILD)
def evaluate_lm(model: LanguageModelName) -> None:
    """Measure perplexity and agreement of one language model."""
    _run("evaluate_lm", model)


@app.command("evaluate_seq2seq", rich_help_panel=BUILD)
def evaluate_seq2seq(task: Task, attention: Attention) -> None:
    """Decode the test texts and score the outputs."""
    _run("evaluate_seq2seq", task, attention)


@app.command("gradients", rich_help_panel=BUILD)
def gradients(network: Cell) -> None:
    """Measure how far back in time a recurrent network's errors reach."""
    _run("gradients", network)


@app.command("saliency", rich_help_panel=BUILD)
def saliency(task: Task, attention: Attention) -> None:
    """Measure how outputs depend on each word of the source."""
    _run("saliency", task, attention)


@app.command("headline", rich_help_panel=BUILD)
def headline() -> None:
    """Gather the main numbers, and all details."""
    _run("headline")


@app.command("report", rich_help_panel=BUILD)
def report() -> None:
    """Show everything on one page."""
    _run("report")


@app.command("study_softmax", rich_help_panel=BUILD)
def study_softmax() -> None:
    """Count the operations of predicting one word, against the size of the vocabulary."""
    _run("study_softmax")


@app.command("study_vectors", rich_help_panel=BUILD)
def study_vectors(method: Method) -> None:
    """Follow the quality of word vectors while one method learns them."""
    _run("study_vectors", method)


@app.command("study_clipping", rich_help_panel=BUILD)
def study_clipping(clipping: Clipping) -> None:
    """Train an Elman network at several learning rates, with or without gradient clipping."""
    _run("study_clipping", clipping)


@app.command("study_embeddings", rich_help_panel=BUILD)
def study_embeddings(initial_embeddings: InitialEmbeddings) -> None:
    """Train an LSTM from random embeddings or from word vectors."""
    _run("study_embeddings", initial_embeddings)


@app.command("study_encoders", rich_help_panel=BUILD)
def study_encoders(cell: Cell, reading: Reading) -> None:
    """Train one translator, by its cell and by how it reads the source."""
    _run("study_encoders", cell, reading)


@app.command("study_bottleneck", rich_help_panel=BUILD)
def study_bottleneck() -> None:
    """Train encoder–decoders with one vector of several sizes between encoder and decoder."""
    _run("study_bottleneck")


@app.command("study_pairs", rich_help_panel=BUILD)
def study_pairs(initial_embeddings: InitialEmbeddings) -> None:
    """Train translators on more and more pairs, from random embeddings or from word vectors."""
    _run("study_pairs", initial_embeddings)


def main() -> None:
    """Entry point: a person's error is one line and exit status 2; after a signal the status is 128 + its number."""
    end_at_signals()
    try:
        app(prog_name="firth")  # also where `python -m firth` runs
    except Interrupted as interruption:
        print(f"ended by {interruption}; run again to go on, a training from its last checkpoint", file=sys.stderr)
        sys.exit(128 + interruption.number)
    except Exception as error:
        if os.environ.get("FIRTH_DEBUG") or is_fault(error):
            raise
        print(message(error), file=sys.stderr)
        sys.exit(2)
