"""``firth seeds``: trainings repeated with other random numbers, and how far the headline numbers spread.

Each repeat is an experiment of DVC's in a folder of its own, with another value of ``repeat`` and otherwise the params
and the code of the working copy. What DVC's run cache holds is not trained again.
"""

import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.text import Text

from firth.ask.answer_tables import plain_table
from firth.ask.child_process import run_child
from firth.ask.comparison_lines import one_screen
from firth.ask.named_experiments import named_experiments
from firth.ask.seeds_file import SEEDS, Seeds, params_digest, read_seeds, written
from firth.ask.snapshots import PARAMS, WORKSPACE, params_of
from firth.ask.stored_items import LOCK, NotStoredError, StoredItems
from firth.errors import FirthError, listed, shown
from firth.git import git
from firth.measures.headline_numbers import format, is_headline, number_prefix
from firth.measures.seed_spread import Spread, largest_difference, spread
from firth.params.experiment import load_params
from firth.params.models_params import ModelsParams
from firth.params.pipeline_items import Item
from firth.tables import write_metrics

Numbers = Mapping[str, float]


def print_seeds(folder: Path, trainings: Sequence[str], count: int) -> None:
    """Repeat trainings, write the spread of their numbers to reports/seeds.json, and print it.

    Numbers that the file has already stay, if they are of the same params.

    Parameters
    ----------
    folder : of the experiment; its params and code may have changes that are not committed.
    trainings : such as ``lm@lstm``; all of the experiment if there are none.
    count : how many times each is trained, with ``repeat`` 0 the first time.

    Raises
    ------
    FirthError
        For an unknown training, where a repeat fails, and if params.yaml changes in the meantime.
    """
    items = measuring_items(load_params(folder / PARAMS).models, trainings)
    digest = _digest(folder)
    repeats = [_repeat(folder, repeat, items) for repeat in range(count)]
    if _digest(folder) != digest:
        raise FirthError(f"{folder / PARAMS}: changed while trainings were repeated; run `firth seeds` again")
    found = spreads(repeats)
    write_metrics(folder / SEEDS, written(Seeds(digest, {**_known(folder, digest), **found})))
    _print(found)


def measuring_items(models: ModelsParams, trainings: Sequence[str]) -> list[Item]:
    """The stage items that measure the named trainings, or all trainings of an experiment.

    Raises
    ------
    FirthError
        For the name of no training of the experiment, or of one that no headline number measures.
    """
    measured: dict[str, list[Item]] = {"word2vec": [Item("evaluate_vectors", ("word2vec",))]}
    for network in models.networks:
        items = [Item("evaluate_lm", (network,))] if network in models.language_models else []
        items += [Item("gradients", (network,))] if network in models.recurrent_networks else []
        measured[f"lm@{network}"] = items
    for task, attention in models.encoder_decoders:
        measured[f"seq2seq@{task}-{attention}"] = [Item("evaluate_seq2seq", (task, attention))]
    if unknown := [name for name in trainings if name not in measured]:
        raise FirthError(f"{shown(unknown[0])}: no training of this experiment; name some of {listed(list(measured))}")
    if unmeasured := [name for name in trainings if not measured[name]]:
        raise FirthError(
            f"{shown(unmeasured[0])}: no headline number measures this training; name it in models.language_models of "
            f"{PARAMS}, or ask for other trainings"
        )
    return [item for name in trainings or measured for item in measured[name]]


def spreads(repeats: Sequence[Numbers]) -> dict[str, Spread]:
    """The spread of each number that two or more repeats have measured."""
    names = dict.fromkeys(name for numbers in repeats for name in numbers)
    values = {name: [numbers[name] for numbers in repeats if name in numbers] for name in names}
    return {name: spread(found) for name, found in values.items() if len(found) > 1}


def _repeat(folder: Path, repeat: int, items: Sequence[Item]) -> Numbers:
    """The headline numbers of one repeat, built as an experiment of DVC's that is removed afterwards."""
    name = f"seeds-{repeat}-{secrets.token_hex(6)}"  # no experiment of a person's has this name
    print(f"repeat {repeat}", flush=True)
    targets = [item.name.replace("-", "@", 1) for item in items]
    options = ["--temp", "--name", name, "--set-param", f"repeat={repeat}"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [sys.executable, "-m", "dvc", "exp", "run", *options, *targets]
    try:
        status = run_child(command, folder, {**os.environ, "PATH": path})
        commits = list(named_experiments(folder, name).values())
        if status or not commits:
            raise FirthError(f"repeat {repeat} was not built; mend what DVC reports above, and run `firth seeds` again")
        lock = git(folder, "show", f"{commits[0]}:./{LOCK}")
        return dict(_numbers(StoredItems(folder, f"repeat {repeat}", lock), items))
    finally:
        for reference in named_experiments(folder, name):
            git(folder, "update-ref", "-d", reference)


def _numbers(stored: StoredItems, items: Sequence[Item]) -> Iterator[tuple[str, float]]:
    for item in items:
        try:
            metrics = stored.read(item.name, "metrics.json", lambda path: json.loads(path.read_text(encoding="utf-8")))
        except NotStoredError as error:
            place = f"{stored.label}: metrics of {item.name}"
            raise FirthError(f"{place} are not stored ({error}); run `firth seeds` again") from None
        for name, value in metrics.items():
            number = number_prefix(item.stage, *item.arguments) + name
            if is_headline(number) and value is not None:
                yield number, value


def _digest(folder: Path) -> str:
    return params_digest(params_of((folder / PARAMS).read_text(encoding="utf-8"), WORKSPACE))


def _known(folder: Path, digest: str) -> Mapping[str, Spread]:
    """The spreads that the file has of these params."""
    path = folder / SEEDS
    seeds = read_seeds(path.read_text(encoding="utf-8"), WORKSPACE) if path.exists() else None
    return seeds.spreads if seeds and seeds.params == digest else {}


def _print(found: Mapping[str, Spread]) -> None:
    table = plain_table()
    for heading in ("", "mean", "standard deviation", "n", "largest difference"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, values in found.items():
        cells = (format(name, value) for value in (values.mean, values.standard_deviation))
        table.add_row(name, *cells, str(values.n), f"±{format(name, largest_difference(values))}")
    console = one_screen()
    console.print(table)
    console.print(Text(f"written to {SEEDS}; `firth compare` uses it"))
