"""Streams of token ids on disk: read memory-mapped, written in pieces.

A stream NAME is ``NAME.ids.npy`` (1-D) and ``NAME.offsets.npy`` (int64): sentence i is
``ids[offsets[i]:offsets[i + 1]]``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np

from firth.stored_files import damaged, read_array
from firth.text.vocabulary import EOS_ID, vocabulary_file
from firth.workspace import require


@dataclass(frozen=True)
class TokenStream:
    """Sentences as one array of ids.

    Attributes
    ----------
    ids : (tokens,) uint16 or int32.
    offsets : (sentences + 1,) int64, from 0 to the number of tokens.
    """

    ids: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def sentence(self, position: int) -> np.ndarray:
        """The ids of the sentence with this index, (tokens,)."""
        if not 0 <= position < len(self):
            raise IndexError(f"sentence {position} of {len(self)}")
        return self.ids[self.offsets[position] : self.offsets[position + 1]]

    def sentences(self) -> Iterator[np.ndarray]:
        """The ids of each sentence."""
        return map(self.sentence, range(len(self)))

    def first(self, count: int) -> "TokenStream":
        """The first ``count`` sentences, or all if there are fewer."""
        offsets = self.offsets[: count + 1]
        return TokenStream(self.ids[: offsets[-1]], offsets)

    def with_sentence_ends(self) -> np.ndarray:
        """All ids, (tokens + sentences,), with ``<eos>`` after each sentence."""
        text = np.full(len(self.ids) + len(self), EOS_ID, dtype=self.ids.dtype)
        is_token = np.ones(len(text), dtype=bool)
        is_token[self.offsets[1:] + np.arange(len(self))] = False
        text[is_token] = self.ids
        return text

    @classmethod
    def load(cls, folder: Path, name: str) -> "TokenStream":
        """Open a stream, memory-mapped, and compare its ids with the vocabulary beside it.

        Raises
        ------
        FirthError
            If the stream or its vocabulary doesn't exist, or the stream is damaged.
        """
        stage = f"tokenize@{folder.name}"
        paths = [folder / f"{name}.{kind}.npy" for kind in ("ids", "offsets")]
        ids, offsets = read_array(paths[0], (np.uint16, np.int32), stage), read_array(paths[1], (np.int64,), stage)
        if not len(offsets) or offsets[0] != 0 or offsets[-1] != len(ids) or (offsets[1:] < offsets[:-1]).any():
            raise damaged(paths[1], f"no ascending offsets from 0 to {len(ids):,}, the number of ids", stage)
        vocabulary = require(vocabulary_file(folder, name.partition(".")[2]), stage)
        size = vocabulary.read_bytes().count(b"\n")  # a token a line
        if len(ids) and not 0 <= ids.min() <= ids.max() < size:
            raise damaged(paths[0], f"ids from {ids.min()} to {ids.max()}, and {vocabulary.name} has {size:,}", stage)
        return cls(ids, offsets)

    def save(self, folder: Path, name: str) -> None:
        """Write the stream."""
        np.save(folder / f"{name}.ids.npy", self.ids, allow_pickle=False)
        np.save(folder / f"{name}.offsets.npy", self.offsets, allow_pickle=False)


def from_sentences(sentences: Sequence[Sequence[int] | np.ndarray]) -> TokenStream:
    """A stream in memory, from the ids of each sentence."""
    ids = np.array([token for sentence in sentences for token in sentence], dtype=np.int32)
    return TokenStream(ids, np.cumsum([0, *map(len, sentences)]))


class ArrayWriter:
    """Writes a one-dimensional ``.npy`` file in pieces, so that it need not fit in memory; a context manager."""

    def __init__(self, path: Path, dtype: np.dtype) -> None:
        self.path, self.dtype, self.length = path, dtype, 0

    def __enter__(self) -> "ArrayWriter":
        self._file = self.path.open("wb")
        self._write_header()
        return self

    def append(self, values: np.ndarray) -> None:
        """Write more values (N,), converted to the file's type."""
        self._file.write(np.ascontiguousarray(values, dtype=self.dtype).data)
        self.length += len(values)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if kind is None:
                self._file.seek(0)
                self._write_header()  # as long as the first, since NumPy pads it for the digits of any length

    def _write_header(self) -> None:
        description = {
            "descr": np.lib.format.dtype_to_descr(self.dtype),
            "fortran_order": False,
            "shape": (self.length,),
        }
        np.lib.format.write_array_header_1_0(self._file, description)


class StreamWriter:
    """Writes a stream in pieces; a context manager.

    Parameters
    ----------
    keep_empty : whether a line without tokens is an empty sentence (for lines aligned with another stream), or skipped.
    """

    def __init__(self, folder: Path, name: str, dtype: np.dtype, keep_empty: bool) -> None:
        self._ids = ArrayWriter(folder / f"{name}.ids.npy", dtype)
        self._offsets = ArrayWriter(folder / f"{name}.offsets.npy", np.dtype(np.int64))
        self._keep_empty = keep_empty
        self._last = 0

    @property
    def tokens(self) -> int:
        """The number of tokens written."""
        return self._ids.length

    @property
    def sentences(self) -> int:
        """The number of complete sentences."""
        return self._offsets.length - 1

    def __enter__(self) -> "StreamWriter":
        self._ids.__enter__()
        self._offsets.__enter__()
        self._offsets.append(np.zeros(1, dtype=np.int64))
        return self

    def append(self, ids: np.ndarray, ends: np.ndarray) -> None:
        """Write more ids (N,). ``ends`` are the ascending indices into them before which a sentence ends.

        The last sentence may continue in the next piece.
        """
        offsets = ends + self.tokens
        if not self._keep_empty:
            offsets = offsets[np.diff(offsets, prepend=self._last) > 0]
        if len(offsets):
            self._last = int(offsets[-1])
        self._offsets.append(offsets)
        self._ids.append(ids)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ids.__exit__(kind, error, trace)
        self._offsets.__exit__(kind, error, trace)
