"""The form of the text in a folder of tokens, for splitting other text (a prompt, a question) in the same way."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from firth.params.tokens_params import Segmentation
from firth.stored_files import read_json
from firth.text.characters import SPACE, characters
from firth.text.corpus_description import Language
from firth.text.normalization import normalize
from firth.text.tokenizer import tokenize_line
from firth.workspace import write_text


@dataclass(frozen=True)
class TextForm:
    """How the text of a folder of tokens was split, kept there as ``text.json``.

    Attributes
    ----------
    lowercase : whether text is lower-cased before it is split; text that is already tokenized never is.
    tokenized : whether the text's tokens were separated by spaces and kept as they were.
    language : its code, or ``{"source": …, "target": …}``.
    world : whether the text is the built-in world's.
    segmentation : what its tokens are.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}  # for reading

    lowercase: bool
    tokenized: bool
    language: Language
    world: bool
    segmentation: Segmentation

    def tokens(self, line: str) -> list[str]:
        """The words or characters of a line, in the normal form of all text, split as the text was.

        Subwords need what was learned from the text: see ``text_encoding``.
        """
        match self.segmentation:
            case "words":
                return self.words(line)
            case "characters":
                return characters(normalize(line), self.lowercase)
        raise ValueError("a form alone can't split text into subwords")

    def words(self, line: str) -> list[str]:
        """The words of a line, in the normal form of all text, whatever its tokens are."""
        return tokenize_line(normalize(line), self.lowercase, self.tokenized)

    def words_of(self, tokens: Sequence[str]) -> list[str]:
        """Tokens of a vocabulary as words: a subword that begins with a space without it, what is no word empty."""
        match self.segmentation:
            case "words":
                return list(tokens)
            case "subwords":
                return [token.removeprefix(SPACE) if token.startswith(SPACE) else "" for token in tokens]
        return [""] * len(tokens)

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
        return read_json(folder / "text.json", cls, stage)
