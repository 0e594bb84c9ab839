"""The form of the text in a folder of tokens, for tokenizing other text (a prompt, a question) in the same way."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from firth.errors import FirthError
from firth.text.tokenizer import tokenize_line
from firth.workspace import require, write_text


@dataclass(frozen=True)
class TextForm:
    """How the text of a folder of tokens was tokenized, kept there as ``text.json``.

    Attributes
    ----------
    lowercase : whether text is lower-cased before it is split.
    tokenized : whether the text's tokens were separated by spaces and kept as they were, case included.
    language : its code, or ``{"source": …, "target": …}``.
    world : whether the text is the built-in world's.
    """

    lowercase: bool
    tokenized: bool
    language: str | dict[str, str]
    world: bool

    def tokens(self, line: str) -> list[str]:
        """The word tokens of a line, split as the text was."""
        return tokenize_line(line, self.lowercase, self.tokenized)

    def save(self, folder: Path) -> None:
        """Write ``text.json``."""
        write_text(folder / "text.json", json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "TextForm":
        """Read ``text.json`` of a folder of tokens.

        Raises
        ------
        FirthError
            If the file doesn't exist or is damaged.
        """
        stage = f"tokenize@{folder.name}"
        path = require(folder / "text.json", stage)
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            raise FirthError(f"{path}: damaged; build it again with `dvc repro {stage}`") from None
