"""Rows about the sentences of a text and their tokens, for ``firth score`` and ``firth perplexity --sentences``."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from firth.ask.answer_tables import print_json
from firth.ask.arriving_lines import arriving_lines, report_long_lines
from firth.ask.sentence_blocks import SentenceBlock, SentenceEncoder, UnknownWords
from firth.ask.unknown_words import unknown_note
from firth.measures.perplexity import by_sentence
from firth.measures.scorer import Floats
from firth.text.normalization import normalize
from firth.text.vocabulary import EOS

DECIMALS = 4  # of nats, for people; further ones depend on what else a network reads in parallel

Row = Sequence[str | int | float | None]  # None where a line without tokens has no number
RowsOfLines = Callable[[Sequence[str], int, SentenceBlock], Iterable[Row]]


def sentence_headings(models: Sequence[str]) -> list[str]:
    """The names of the columns of ``sentence_rows``."""
    return ["tokens", "unknown", *models, "sentence"]


def sentence_rows(lines: Sequence[str], block: SentenceBlock, values: Mapping[str, Floats]) -> Iterator[Row]:
    """For each line: its tokens with ``<eos>``, how many are unknown, the sum of each model's values, and the line.

    A line without tokens has no numbers.

    Parameters
    ----------
    block : the lines as ``SentenceEncoder.encode`` gives them.
    values : for each model one value for each token of the block, with ``<eos>`` after each sentence.
    """
    stream = block.stream
    sentences = np.searchsorted(stream.offsets, block.unknown, side="right") - 1
    unknown = np.bincount(sentences.astype(np.int64), minlength=len(stream)).tolist()
    lengths = (np.diff(stream.offsets) + 1).tolist()
    sums = [by_sentence(stream, of_model).tolist() for of_model in values.values()]
    for line, row in zip(lines, rows_of(lines, block), strict=True):
        if row is None:
            yield [*[None] * (2 + len(sums)), line]
        else:
            yield [lengths[row], unknown[row], *(of_model[row] for of_model in sums), line]


def token_headings(models: Sequence[str]) -> list[str]:
    """The names of the columns of ``token_rows``."""
    return ["line", "token", "unknown", *models]


def token_rows(lines: Sequence[str], first: int, block: SentenceBlock, values: Mapping[str, Floats]) -> Iterator[Row]:
    """For each token: the number of its line, the token, 1 if it is unknown and otherwise 0, and each model's value.

    Parameters
    ----------
    first : the number of the first line.
    block, values : as in ``sentence_rows``.
    """
    unknown = set(block.unknown)
    for line, row in enumerate(rows_of(lines, block), start=first):
        if row is None:
            continue
        start, end = block.stream.offsets[row : row + 2].tolist()
        for index in range(start, end + 1):
            token, is_unknown = (block.tokens[index], index in unknown) if index < end else (EOS, False)
            numbers = (of_model[index + row].item() for of_model in values.values())
            yield [line, token, int(is_unknown), *numbers]


def print_table_of_lines(
    file: str, encoder: SentenceEncoder, headings: Sequence[str], rows: RowsOfLines, as_json: bool
) -> None:
    """Print the rows of a file's lines as they arrive and, on standard error, lines that are too long, unknown tokens.

    Parameters
    ----------
    rows : (lines, number of the first, block of these lines) → rows.
    as_json : whether to print each row as an object, with all digits, and ``null`` where there is no number.
    """
    unknown, tokens = UnknownWords(), 0
    for index, arrived in enumerate(arriving_lines(file)):
        if not index and not as_json:
            _print_rows([headings])
        lines = [normalize(line) for line in arrived.lines]
        block = encoder.encode(lines)
        found = rows(lines, arrived.first, block)
        if as_json:
            for row in found:
                print_json(dict(zip(headings, row, strict=True)))
        else:
            _print_rows(found)
        report_long_lines(arrived)
        unknown.add(block)
        tokens += len(block.tokens)
    if unknown.total:
        print(unknown_note(unknown, tokens, encoder.form), file=sys.stderr)


def _print_rows(rows: Iterable[Row]) -> None:
    """Print rows of cells, separated by tabs, so that a pipe has them at once."""
    sys.stdout.writelines("\t".join(map(_shown, row)) + "\n" for row in rows)
    sys.stdout.flush()


def _shown(cell: str | float | None) -> str:
    """A cell as people read it; no number is shown as −0."""
    if cell is None:
        return ""
    return f"{round(cell, DECIMALS) + 0.0:.{DECIMALS}f}" if isinstance(cell, float) else str(cell)


def rows_of(lines: Sequence[str], block: SentenceBlock) -> list[int | None]:
    """The index of each line among the sentences of its block; None for a line without tokens."""
    rows: list[int | None] = []
    row = 0
    for line in lines:
        is_sentence = row < len(block.lines) and block.lines[row] == line  # equal lines have equal tokens
        rows.append(row if is_sentence else None)
        row += is_sentence
    return rows
