"""A checkout of the project for tests: where it is, how commands run in it, how its params are changed."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]

SMALL: dict[str, Any] = {
    "world": {
        "embeddings": {"sentences": 2000},
        "lm": {"sentences": 600},
        "translation": {"pairs": 300},
        "qa": {"stories": 300},
    },
    "tokens": {"translation": {"vocabulary_size": 400}},
    "svd": {"dimension": 8},
    "word2vec": {"dimension": 8, "epochs": 2},
    "lm": {"embedding_size": 16, "hidden_size": 16, "batch_size": 8, "max_epochs": 3},
    "lm_overrides": {"feedforward": {}, "rnn": {}, "gru": {}, "lstm": {}},
    "seq2seq": {"embedding_size": 16, "hidden_size": 16, "max_epochs": 2},
    "seq2seq_overrides": {"translation": {}, "qa": {}},
}


@dataclass(frozen=True)
class Project:
    """A checkout of the project and how to run commands in it."""

    root: Path
    home: Path

    def run(self, *command: str, check: bool = True, timeout: int = 900) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "GIT_CONFIG_GLOBAL": str(self.home / "gitconfig"),
            "DVC_NO_ANALYTICS": "1",
            "PYTHONDONTWRITEBYTECODE": "",  # compiled files lie in the folders that stages depend on
            "FIRTH_CORPUS_MIRROR": str(self.home / "no-mirror"),  # the built-in pipeline fetches nothing
        }
        result = subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=timeout, check=False
        )
        assert not check or result.returncode == 0, f"{command}:\n{result.stdout}\n{result.stderr}"
        return result

    def commit(self, message: str) -> None:
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", message)

    def change(self, section: str, key: str, value: Any) -> None:
        change_params(self.root / "params.yaml", {section: {key: value}})


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
