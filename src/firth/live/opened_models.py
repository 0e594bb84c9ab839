"""The models that a page asks: loaded at the first question, and again when their files have changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from firth.ask.built_models import built_attentions, built_language_models
from firth.ask.loading import language_encoder, load_language_model, load_line_decoder
from firth.errors import FirthError
from firth.live.unanswered import or_error
from firth.report.names import ATTENTIONS, LANGUAGE_MODELS, in_order
from firth.text.text_form import TextForm
from firth.workspace import Workspace, require, stage_of

if TYPE_CHECKING:
    from firth.ask.language_models import LanguageModel
    from firth.ask.line_decoding import LineDecoder
    from firth.ask.sentence_blocks import SentenceEncoder
    from firth.params.task_names import Task

Model = TypeVar("Model")
Answer = TypeVar("Answer")
Stamp = tuple[tuple[str, int, int], ...]  # path, time of the last change and size of every file


@dataclass
class Opened(Generic[Model]):
    """A loaded model, which answers one question at a time."""

    model: Model
    stamp: Stamp
    lock: Lock = field(default_factory=Lock)

    def ask(self, question: Callable[[Model], Answer]) -> Answer:
        """The answer to a question, when those before it are answered."""
        with self.lock:
            return question(self.model)


class OpenedModels:
    """The models of one experiment.

    A model is loaded by the functions of ``ask.loading``, as for questions on the command line. It is kept until a file
    that it was read from, or dvc.lock, changes: a model that is built again while the page is open answers the next
    question.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._opened: dict[tuple[str, tuple[Path, ...]], Opened[Any]] = {}
        self._locks: dict[tuple[str, tuple[Path, ...]], Lock] = {}
        self._lock = Lock()

    def open(self, kind: str, paths: tuple[Path, ...], load: Callable[[], Model]) -> Opened[Model]:
        """What ``load`` gives, loaded once for each state of the files.

        Parameters
        ----------
        kind : what is made of the files, the same for all calls with this ``load``.
        paths : the folders and files that are read, the model's own first.

        Raises
        ------
        FirthError
            If one is not there, or as ``load`` does; the next question tries again.
        """
        key = kind, paths
        for path in paths:
            if not path.exists():
                require(path, stage_of(path))
        with self._lock:
            lock = self._locks.setdefault(key, Lock())
        with lock:
            stamp = _stamp((*paths, self.workspace.root / "dvc.lock"))
            if key not in self._opened or self._opened[key].stamp != stamp:
                self._opened.pop(key, None)
                self._opened[key] = Opened(_loaded(load), stamp)
            return cast(Opened[Model], self._opened[key])

    def encoder(self) -> SentenceEncoder:
        """The encoder of the text that language models are trained on.

        Raises
        ------
        FirthError
            As ``ask.loading.language_encoder``.
        """
        return self.open("encoder", (self.workspace.tokens("lm"),), lambda: language_encoder(self.workspace)).model

    def text_form(self, role: str) -> TextForm:
        """How the text of a role is split.

        Raises
        ------
        FirthError
            If the text is not there or damaged.
        """
        tokens = self.workspace.tokens(role)
        return self.open("form", (tokens,), lambda: TextForm.load(tokens)).model

    def language_model(self, name: str) -> Opened[LanguageModel]:
        """A language model by its name, such as ``lstm``.

        Raises
        ------
        FirthError
            As ``ask.loading.load_language_model``, and if it is not built.
        """
        folder = self.workspace.model(f"lm-{name}")
        return self.open(
            "model", (folder, self.workspace.tokens("lm")), lambda: load_language_model(folder, self.encoder())
        )

    def language_model_names(self) -> list[str]:
        """The language models of the experiment, built or not, from the least to the most powerful.

        Raises
        ------
        FirthError
            If none is built.
        """
        built = built_language_models(self.workspace)
        return in_order([*built, *self._evaluated("evaluate_lm-")], LANGUAGE_MODELS)

    def line_decoder(self, task: Task, attention: str) -> Opened[LineDecoder]:
        """The encoder–decoder of a task with an attention, such as ``dot``.

        Raises
        ------
        FirthError
            As ``ask.loading.load_line_decoder``, and if it is not built.
        """
        folder = self.workspace.model(f"seq2seq-{task}-{attention}")
        search = self.workspace.settings / f"evaluate_seq2seq-{task}-{attention}.json"
        return self.open("model", (folder, self.workspace.tokens(task), search), lambda: load_line_decoder(folder))

    def attentions(self, task: Task) -> list[str]:
        """The attentions of a task's encoder–decoders in the experiment, built or not, ``none`` first.

        Raises
        ------
        FirthError
            If none is built.
        """
        built = built_attentions(self.workspace, task)
        return in_order([*built, *self._evaluated(f"evaluate_seq2seq-{task}-")], ATTENTIONS)

    def ask_encoder_decoders(
        self, task: Task, question: Callable[[LineDecoder], dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """The answer of every encoder–decoder of a task with its attention as ``name``, or ``error``.

        Raises
        ------
        FirthError
            If none is built, or all that are refuse the question for one reason.
        """

        def of(attention: str) -> dict[str, Any]:
            return self.line_decoder(task, attention).ask(question)

        answers = [{"name": name, **or_error(partial(of, name))} for name in self.attentions(task)]
        built = built_attentions(self.workspace, task)
        errors = {answer.get("error") for answer in answers if answer["name"] in built}
        if len(errors) == 1 and None not in errors:
            raise FirthError(*errors)
        return answers

    def _evaluated(self, prefix: str) -> list[str]:
        """The names of models that the experiment evaluates, built or not."""
        paths = self.workspace.settings.glob(f"{prefix}*.json")
        return sorted(path.stem.removeprefix(prefix) for path in paths)

    def ask_language_models(self, question: Callable[[LanguageModel], dict[str, Any]]) -> list[dict[str, Any]]:
        """The answer of every language model with its ``name``; ``error`` instead of an answer where there is none."""

        def of(name: str) -> dict[str, Any]:
            return self.language_model(name).ask(question)

        return [{"name": name, **or_error(partial(of, name))} for name in self.language_model_names()]


def _loaded(load: Callable[[], Model]) -> Model:
    """What ``load`` gives.

    Raises
    ------
    FirthError
        If a file is not there, as while the model is built again.
    """
    try:
        return load()
    except FileNotFoundError as error:
        raise FirthError(f"{error.filename}: not there, as while it is built again; ask once more") from None


def _stamp(paths: tuple[Path, ...]) -> Stamp:
    """The state of files, and of all files in folders; what is not there, or is taken away meanwhile, has none."""
    found = []
    for file in (file for path in paths for file in _files(path)):
        with suppress(FileNotFoundError, NotADirectoryError):
            status = file.stat()
            found.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(found)


def _files(path: Path) -> list[Path]:
    """A file itself, or all files below a folder in order; unlike ``rglob``, of a folder that is being removed too."""
    if path.is_file():
        return [path]
    return sorted(Path(folder, name) for folder, _, names in os.walk(path) for name in names)
