"""Streams of ids, worked out by hand."""

from pathlib import Path

import numpy as np
import pytest

from firth.errors import FirthError
from firth.text.streams import ArrayWriter, StreamWriter, TokenStream

UINT16 = np.dtype(np.uint16)


def stream() -> TokenStream:
    return TokenStream(np.array([5, 6, 7, 8], dtype=np.uint16), np.array([0, 2, 2, 3, 4]))


def write_vocabulary(folder: Path, size: int) -> None:
    (folder / "vocabulary.tsv").write_text("token\t1\n" * size)


def test_offsets_bound_the_sentences() -> None:
    sentences = [stream().sentence(position).tolist() for position in range(len(stream()))]
    assert sentences == [[5, 6], [], [7], [8]]
    with pytest.raises(IndexError):
        stream().sentence(4)


def test_sentence_ends_follow_each_sentence() -> None:
    assert stream().with_sentence_ends().tolist() == [5, 6, 1, 1, 7, 1, 8, 1]
    assert stream().with_sentence_ends().dtype == np.uint16


def test_a_saved_stream_is_loaded_memory_mapped(tmp_path: Path) -> None:
    stream().save(tmp_path, "train")
    write_vocabulary(tmp_path, 9)
    again = TokenStream.load(tmp_path, "train")
    assert isinstance(again.ids, np.memmap) and again.ids.dtype == np.uint16 and again.offsets.dtype == np.int64
    assert again.with_sentence_ends().tolist() == [5, 6, 1, 1, 7, 1, 8, 1]


@pytest.mark.parametrize("length", [0, 1, 9, 123_456])
def test_an_array_written_piece_by_piece_is_the_file_that_numpy_saves(tmp_path: Path, length: int) -> None:
    values = np.arange(length, dtype=np.int32)
    with ArrayWriter(tmp_path / "pieces.npy", values.dtype) as writer:
        for piece in np.array_split(values, 7):
            writer.append(piece)
    np.save(tmp_path / "whole.npy", values)
    assert (tmp_path / "pieces.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()


@pytest.mark.parametrize(("keep_empty", "offsets"), [(True, [0, 0, 2, 2, 3, 3, 4, 4]), (False, [0, 2, 3, 4])])
def test_pieces_make_sentences_across_their_borders(tmp_path: Path, keep_empty: bool, offsets: list[int]) -> None:
    with StreamWriter(tmp_path, "train", UINT16, keep_empty) as writer:  # "", "5 6", "", "7", "", "8", ""
        writer.append(np.array([5]), np.array([0]))
        writer.append(np.array([6, 7]), np.array([1, 1]))
        writer.append(np.array([8]), np.array([0, 0, 1]))
        writer.append(np.array([], dtype=np.uint16), np.array([0]))
    write_vocabulary(tmp_path, 9)
    again = TokenStream.load(tmp_path, "train")
    assert (writer.tokens, writer.sentences) == (4, len(offsets) - 1)
    assert again.ids.tolist() == [5, 6, 7, 8]
    assert again.offsets.tolist() == offsets


OFFSETS, IDS = r"train\.offsets\.npy: no ascending offsets from 0 to 4,", r"train\.ids\.npy: ids from "


@pytest.mark.parametrize(
    ("ids", "offsets", "fault"),
    [
        ([5, 6, 7, 8], [0, 3], OFFSETS),
        ([5, 6, 7, 8], [1, 4], OFFSETS),
        ([5, 6, 7, 8], [0, 3, 2, 4], OFFSETS),
        ([5, 6, 7, 8], [], OFFSETS),
        ([5, 6, 7, 9], [0, 4], IDS + "5 to 9, and vocabulary.tsv has 9"),
        ([5, -6, 7, 8], [0, 4], IDS + "-6 to 8"),
    ],
)
def test_ids_beyond_the_vocabulary_and_offsets_of_other_ids_say_what_to_do(
    tmp_path: Path, ids: list[int], offsets: list[int], fault: str
) -> None:
    folder = tmp_path / "lm"
    folder.mkdir()
    with pytest.raises(FirthError, match=r"train\.ids\.npy: not there yet; build it with `dvc repro tokenize@lm`"):
        TokenStream.load(folder, "train")
    TokenStream(np.array(ids, np.int32), np.array(offsets, np.int64)).save(folder, "train")
    write_vocabulary(folder, 9)
    with pytest.raises(FirthError, match=rf"{fault}.*; build it again with `dvc repro tokenize@lm`"):
        TokenStream.load(folder, "train")
