"""Work on the experiment as a whole, as people type it. Libraries are imported inside a command, as for questions."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from firth.workspace import Workspace, checkout, write_text

EXPERIMENT = "The experiment"  # heading in the help

work = typer.Typer()


@work.command(rich_help_panel=EXPERIMENT)
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


@work.command(rich_help_panel=EXPERIMENT)
def repro(
    targets: Annotated[list[str] | None, typer.Argument(help="Stages as in dvc repro, such as lm@lstm.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Stages that run at once. (default: cores ÷ threads of a stage)")
    ] = None,
) -> None:
    """Build everything that is out of date, as dvc repro does, with independent stages side by side."""
    from firth.schedule import repro as build

    raise typer.Exit(build(targets or [], jobs, Path.cwd()))


@work.command(rich_help_panel=EXPERIMENT)
def summary() -> None:
    """Show the headline numbers, what changed since the last commit, and questions to try."""
    from firth.ask.summary import print_summary

    print_summary(Workspace(Path.cwd()))


@work.command(rich_help_panel=EXPERIMENT)
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


@work.command(rich_help_panel=EXPERIMENT)
def seeds(
    trainings: Annotated[list[str] | None, typer.Argument(help="Such as lm@lstm. (default: all)")] = None,
    count: Annotated[int, typer.Option(min=2, max=1000, help="How many times each is trained.")] = 5,
) -> None:
    """Repeat trainings with other random numbers, and write how far the headline numbers spread."""
    from firth.ask.seeds import print_seeds

    print_seeds(Path.cwd(), trainings or [], count)


@work.command(rich_help_panel=EXPERIMENT)
def merge() -> None:
    """Settle a git merge's conflicts in params.yaml, dvc.lock and what stages write, so that little is built anew.

    Run it where git merge, rebase, cherry-pick or revert has stopped. A key of params.yaml that both sides changed
    differently, and conflicts in other files, have to be settled first.
    """
    from firth.merging.merge_command import print_merged

    print_merged(Path.cwd())


@work.command(rich_help_panel=EXPERIMENT)
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


@work.command(rich_help_panel=EXPERIMENT)
def results() -> None:
    """Write docs/*.md from docs/*.yaml and the metrics of the commits named there, docs/report.md, and the pictures."""
    from firth.report.pictures import write_pictures
    from firth.report.report_document import report_document
    from firth.report.results_document import write_documents

    workspace = Workspace(Path.cwd())
    write_documents(workspace.root)
    write_text(workspace.root / "docs" / "report.md", report_document())
    write_pictures(workspace.page, workspace.root / "docs" / "pictures")
