"""A checkout of the project for tests: where it is, how commands run in it, how its params are changed."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
TRACER = Path(__file__).parent / "tracer"

SMALL: dict[str, Any] = {
    "world": {
        "embeddings": {"sentences": 2000},
        "lm": {"sentences": 600},
        "translation": {"pairs": 300},
        "qa": {"stories": 200},
    },
    "tokens": {"translation": {"vocabulary_size": 400}},
    "svd": {"dimension": 8},
    "word2vec": {"dimension": 8, "epochs": 2, "batch_size": 128},
    "lm": {"embedding_size": 16, "hidden_size": 24, "batch_size": 8, "max_epochs": 2},
    "models": {
        "networks": ["feedforward", "lstm"],
        "recurrent_networks": ["lstm"],
        "language_models": ["ngram", "feedforward", "lstm"],
        "tasks": ["translation", "qa"],
        "attentions": ["none", "dot"],
    },
    "lm_overrides": {"feedforward": {}, "rnn": {}, "gru": {}, "lstm": {}, "transformer": {}},
    "seq2seq": {"embedding_size": 16, "hidden_size": 16, "max_epochs": 1, "max_length": 20},
    "seq2seq_overrides": {"translation": {}, "qa": {}},
}


@dataclass(frozen=True)
class Project:
    """A checkout of the project and how to run commands in it."""

    root: Path
    home: Path

    @property
    def traces(self) -> Path:
        """What the commands of a traced run ran; see ``tracer``."""
        return self.home / "traces"

    @property
    def environment(self) -> dict[str, str]:
        """Variables of every command: the copy's own code, no network, nobody's configuration."""
        return {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "GIT_CONFIG_GLOBAL": str(self.home / ".gitconfig"),
            "DVC_NO_ANALYTICS": "1",
            "PYTHONDONTWRITEBYTECODE": "",  # compiled files lie in the folders that stages depend on
            "PYTHONPATH": "",  # `firth` finds the copy's code by itself
            "FIRTH_CORPUS_MIRROR": str(self.home / "no-mirror"),  # the built-in pipeline fetches nothing
        }

    def run(
        self, *command: str, check: bool = True, timeout: int = 900, traced: bool = False
    ) -> subprocess.CompletedProcess[str]:
        tracing = {"PYTHONPATH": str(TRACER), "FIRTH_TRACES": str(self.traces)} if traced else {}
        result = subprocess.run(
            command,
            cwd=self.root,
            env={**self.environment, **tracing},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert not check or result.returncode == 0, f"{command}:\n{result.stdout}\n{result.stderr}"
        return result

    def repro(self, *targets: str) -> list[str]:
        """Run ``dvc repro``; return the stages that ran or came from the run cache, the latter with a ``*``."""
        output = self.run("dvc", "repro", *targets).stdout
        ran = re.findall(r"^Running stage '(.*)':|^Stage '(.*)' is cached - skipping run", output, re.MULTILINE)
        return [run or f"{cached}*" for run, cached in ran]

    def stale(self) -> set[str]:
        """The stages whose dependencies or outputs have changed, as ``dvc status`` says."""
        return set(json.loads(self.run("dvc", "status", "--json").stdout))

    def edit(self, module: str, before: str, after: str) -> None:
        """Replace a piece of text, which must be there once, in a file of ``src/firth``."""
        path = self.root / "src" / "firth" / module
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{module}: {before!r}"
        path.write_text(text.replace(before, after), encoding="utf-8")

    def changed_files(self) -> list[str]:
        """What ``git status`` shows."""
        self.touch_params()
        return [line[3:] for line in self.run("git", "status", "--porcelain").stdout.splitlines()]

    def touch_params(self) -> None:
        """Have git read params.yaml again: DVC's own writing of git's index can hide a change that keeps the size."""
        (self.root / "params.yaml").touch()

    def commit(self, message: str) -> None:
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", message)

    def change(self, section: str, key: str, value: Any) -> None:
        """Give a key of params.yaml another value; a mapping takes the place of the whole mapping."""
        yaml, path = YAML(), self.root / "params.yaml"
        content = yaml.load(path.read_text(encoding="utf-8"))
        content[section][key] = value
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(content, file)


def change_params(path: Path, changes: dict[str, Any]) -> None:
    yaml = YAML()
    content = yaml.load(path.read_text(encoding="utf-8"))

    def merge(target: Any, source: dict[str, Any]) -> None:
        for key, value in source.items():
            if isinstance(value, dict) and value:
                merge(target[key], value)
            else:
                target[key] = value

    merge(content, changes)
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)
