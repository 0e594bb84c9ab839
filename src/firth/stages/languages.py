"""How the text of trained models was cut into tokens and numbered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from firth.errors import FirthError
from firth.text.sides import vocabulary_file
from firth.text.streams import TokenStream
from firth.text.tokenizer import tokenize_line
from firth.text.vocabulary import EOS_ID, UNK, UNK_ID, Vocabulary
from firth.workspace import require

if TYPE_CHECKING:
    from firth.params.experiment import Params
    from firth.workspace import Workspace

WordRole = Literal["lm", "translation", "qa"]


@dataclass(frozen=True)
class Block:
    """Some sentences: their lines, all their tokens, these as ids, and which of them are out of vocabulary."""

    lines: list[str]
    tokens: list[str]
    stream: TokenStream
    unknown: list[int]


@dataclass(frozen=True)
class Language:
    """How the text of the models was cut into tokens and numbered."""

    vocabulary: Vocabulary
    lowercase: bool
    tokenized: bool

    def block(self, lines: list[str]) -> Block:
        """Sentences, one a line; a line without tokens is none.

        ``<eos>`` written in a text is out of vocabulary, and ``<unk>`` is not, as in the stage ``tokenize``.
        """
        cut = [(line, tokens) for line in lines if (tokens := tokenize_line(line, self.lowercase, self.tokenized))]
        tokens = [token for _, sentence in cut for token in sentence]
        ids = self.vocabulary.encode(tokens)
        ids[ids == EOS_ID] = UNK_ID
        unknown = [place for place in np.flatnonzero(ids == UNK_ID).tolist() if tokens[place] != UNK]
        offsets = np.cumsum([0, *(len(sentence) for _, sentence in cut)])
        return Block([line for line, _ in cut], tokens, TokenStream(ids, offsets), unknown)


def read_language(params: Params, workspace: Workspace, role: WordRole) -> Language:
    """What one role's models read."""
    tokens = workspace.tokens(role)
    vocabulary = Vocabulary.load(tokens / "vocabulary.tsv" if role == "lm" else vocabulary_file(tokens, "source"))
    path = require(workspace.raw(role) / "corpus.json", f"download@{role}")
    try:
        tokenized = bool(json.loads(path.read_text(encoding="utf-8"))["tokenized"])
    except (ValueError, KeyError, TypeError):
        raise FirthError(f"{path}: damaged; build it anew with `dvc repro download@{role}`") from None
    return Language(vocabulary, getattr(params.tokens, role).lowercase, tokenized)
