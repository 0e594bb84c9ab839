"""Which models are built in an experiment, and the errors about models that are not, or not in full."""

import json
from collections.abc import Sequence
from contextlib import suppress

from firth.errors import FirthError, listed, shown
from firth.params.model_names import LANGUAGE_MODELS
from firth.params.task_names import Task
from firth.workspace import VECTORS, Workspace, model_stage

SETTINGS = "settings.json"  # in the folder of a network
ATTENTIONS_BY_RANK = ("additive", "general", "dot", "none")  # the most powerful first


def built_word_vectors(workspace: Workspace) -> list[str]:
    """The names of all word vectors that are built.

    Raises
    ------
    FirthError
        If there are none.
    """
    names = sorted(path.parent.name for path in workspace.model("").glob(f"*/{VECTORS}"))
    if not names:
        raise _none_built(workspace, "no word vectors", "svd word2vec")
    return names


def built_language_models(workspace: Workspace) -> list[str]:
    """The names of all language models that are built, from the least to the most powerful.

    Raises
    ------
    FirthError
        If there are none.
    """
    names = _sorted(_names(workspace, "lm-"), LANGUAGE_MODELS)
    if not names:
        raise _none_built(workspace, "no language model", "ngram lm")
    return names


def built_attentions(workspace: Workspace, task: Task) -> list[str]:
    """The attentions of all encoder–decoders of a task that are built, the most powerful first.

    Raises
    ------
    FirthError
        If there are none.
    """
    prefix = f"seq2seq-{task}-"
    names = [name for name in _names(workspace, prefix) if in_experiment(workspace, f"{prefix}{name}")]
    if not names:
        if not in_experiment(workspace, f"{prefix}*"):
            raise FirthError(
                f"{workspace.params}: models.tasks does not name {task}; add it there, then run `firth repro`"
            )
        raise _none_built(workspace, f"no model for {task}", "seq2seq")
    return _sorted(names, ATTENTIONS_BY_RANK)


def threads(workspace: Workspace) -> int:
    """The number of threads of the measuring stages, whatever params.yaml says by now; 1 before any settings."""
    for path in sorted(workspace.settings.glob("evaluate_*.json")):
        with suppress(ValueError, KeyError, TypeError, RecursionError):
            return max(1, int(json.loads(path.read_text(encoding="utf-8"))["threads"]))
    return 1


def require_built(workspace: Workspace, prefix: str, name: str, built: Sequence[str]) -> None:
    """Refuse a model that is not among those built.

    Raises
    ------
    FirthError
        The error lists what is built.
    """
    if name not in built:
        known = LANGUAGE_MODELS if prefix == "lm-" else ATTENTIONS_BY_RANK
        if name not in known:
            raise FirthError(f"{shown(name)}: no model of Firth; choose from {listed(built)}")
        folder = workspace.model(f"{prefix}{name}")
        build = f"build it with `dvc repro {model_stage(folder)}`"
        if not in_experiment(workspace, folder.name):
            build = f"add {name} to section models of {workspace.params.name} and run `firth repro`"
        raise FirthError(f"{folder}: not built; choose from {listed(built)}, or {build}")


def in_experiment(workspace: Workspace, model: str) -> bool:
    """Whether params.yaml lists a model, so that ``check`` has written settings of its training.

    The models of an earlier list may lie there still. Without any settings, nothing is known.

    Parameters
    ----------
    model : its folder's name, such as ``lm-gru``; ``seq2seq-qa-*`` stands for all of a task.
    """
    training = model_stage(workspace.model(model)).replace("@", "-")
    return not workspace.settings.exists() or any(workspace.settings.glob(f"{training}.json"))


def _none_built(workspace: Workspace, what: str, stages: str) -> FirthError:
    """The error of an experiment without models of a kind, or of a folder that is no experiment."""
    folder = workspace.model("")
    if not folder.exists() and not workspace.params.exists():
        return FirthError(f"{workspace.root}: no experiment; run this where params.yaml is")
    return FirthError(f"{folder}: {what} yet; build them with `dvc repro {stages}`")


def _names(workspace: Workspace, prefix: str) -> list[str]:
    paths = workspace.model("").glob(f"{prefix}*/{SETTINGS}")
    return [path.parent.name.removeprefix(prefix) for path in paths]


def _sorted(names: list[str], order: Sequence[str]) -> list[str]:
    """Names in the given order, and those that it lacks at the end, by alphabet."""
    return sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name))
