"""Section ``corpora``: where the text of each role comes from."""

import codecs
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from firth.params.roles import Role
from firth.params.section import Section
from firth.params.web_address import WebAddress

Checksum = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
NO_TEXT = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined")  # codecs of Python


def _known_encoding(name: str) -> str:
    """The name by which Python calls a text encoding."""
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        codec = None
    if codec is None or not codec._is_text_encoding or codec.name in NO_TEXT:
        raise ValueError("no text encoding that Python knows; write one such as utf-8, utf-16, latin-1 or shift_jis")
    return codec.name


Encoding = Annotated[str, AfterValidator(_known_encoding)]
PathText = Annotated[str, Field(min_length=1, max_length=4096)]
Paths = PathText | Annotated[list[PathText], Field(min_length=1, max_length=10_000)]
Language = Annotated[str, Field(min_length=1, max_length=35)]  # a code such as en or pt-BR
KnownLanguage = Literal["en", "fr", "de", "cs"]  # of the built-in world and of the catalog


class OwnFile(Section):
    """A text of the user's own, named by its content: exactly one of ``path`` and ``url``.

    ``path`` is a file, a folder, a pattern such as ``texts/*.txt``, or a list of these. ``sha256`` may be left out,
    once: the checksum that was seen is then printed.
    """

    path: Paths | None = None
    url: WebAddress | None = None
    sha256: Checksum | None = None
    encoding: Encoding = "utf-8"

    @model_validator(mode="after")
    def _one_place(self) -> "OwnFile":
        if (self.path is None) == (self.url is None):
            raise ValueError("give exactly one of path and url")
        return self

    @property
    def paths(self) -> list[str]:
        """The files, folders and patterns; none if the text is given by ``url``."""
        return [self.path] if isinstance(self.path, str) else self.path or []

    @property
    def file_name(self) -> str:
        """The last part of the (first) path or of the address; the host of an address without a path."""
        address = urlsplit(self.url or "")
        place = self.paths[0] if self.paths else f"{address.hostname}{address.path}"
        return place.replace("\\", "/").rstrip("/").rpartition("/")[2]


class NamedText(Section):
    """The built-in world or a text of the catalog."""

    source: Literal["world", "ptb", "nltk-prose", "text8", "imdb"]


class Described(Section):
    """What a person says of a text of their own.

    ``tokenized``: its tokens are separated by spaces, and are kept as they are, case included. ``language``: its code.
    """

    tokenized: bool = False
    language: Language | None = None


class OwnText(OwnFile, Described):
    """One plain text, split 90/5/5."""


class OwnTextSplits(Described):
    """Plain text with a file for each split."""

    train: OwnFile
    valid: OwnFile
    test: OwnFile


class NamedTranslation(Section):
    source: Literal["world", "multi30k"]
    source_language: KnownLanguage = Field(alias="from")
    target_language: KnownLanguage = Field(alias="to")

    @model_validator(mode="after")
    def _known_pair(self) -> "NamedTranslation":
        others = ("fr",) if self.source == "world" else ("fr", "de", "cs")
        if {self.source_language, self.target_language} not in [{"en", other} for other in others]:
            raise ValueError(f"{self.source} has en with {', '.join(others)}, in either direction")
        return self


class DescribedPairs(Section):
    """What a person says of parallel text of their own; ``tokenized`` as for one text."""

    source_language: Language = Field(alias="from")
    target_language: Language = Field(alias="to")
    tokenized: bool = False


class OwnPairs(OwnFile, DescribedPairs):
    """Parallel text in one tab-separated file: source, tab, target."""


class ParallelFiles(Section):
    """Parallel text in two files, line by line."""

    source_file: OwnFile
    target_file: OwnFile


class OwnParallel(ParallelFiles, DescribedPairs):
    """Parallel text in two files, split 90/5/5."""


def _kind(value: Any) -> str:
    keys = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    kinds = {"source": "named", "train": "splits", "source_file": "parallel"}
    return next((kind for key, kind in kinds.items() if key in keys), "own")


PairsFile = Annotated[Annotated[ParallelFiles, Tag("parallel")] | Annotated[OwnFile, Tag("own")], Discriminator(_kind)]


class OwnPairsSplits(DescribedPairs):
    """Parallel text with files for each split: two files, or one that is tab-separated."""

    train: PairsFile
    valid: PairsFile
    test: PairsFile


class NamedQuestions(Section):
    """``tasks``: which of the twenty bAbI tasks; only for ``source: babi``."""

    source: Literal["world", "babi"]
    tasks: Annotated[list[Annotated[int, Field(ge=1, le=20)]], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _tasks_of_babi(self) -> "NamedQuestions":
        if (self.source == "babi") != (self.tasks is not None):
            raise ValueError("tasks (a list of 1 to 20) belongs to source: babi, and only there")
        return self


class OwnQuestions(OwnFile, Described):
    """Stories and questions in bAbI format, split 90/5/5."""


class OwnQuestionsSplits(OwnTextSplits):
    """Stories and questions in bAbI format with a file for each split."""


TextSource = Annotated[
    Annotated[NamedText, Tag("named")] | Annotated[OwnText, Tag("own")] | Annotated[OwnTextSplits, Tag("splits")],
    Discriminator(_kind),
]
TranslationSource = Annotated[
    Annotated[NamedTranslation, Tag("named")]
    | Annotated[OwnPairs, Tag("own")]
    | Annotated[OwnParallel, Tag("parallel")]
    | Annotated[OwnPairsSplits, Tag("splits")],
    Discriminator(_kind),
]
QuestionSource = Annotated[
    Annotated[NamedQuestions, Tag("named")]
    | Annotated[OwnQuestions, Tag("own")]
    | Annotated[OwnQuestionsSplits, Tag("splits")],
    Discriminator(_kind),
]


class CorporaParams(Section):
    embeddings: TextSource
    lm: TextSource
    translation: TranslationSource
    qa: QuestionSource


SOURCES: dict[Role, Any] = {
    "embeddings": TextSource,
    "lm": TextSource,
    "translation": TranslationSource,
    "qa": QuestionSource,
}
