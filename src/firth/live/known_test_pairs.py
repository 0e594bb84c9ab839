"""Pairs of the first test set whose words the vocabulary has, as readable text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from firth.text.sides import SIDES, decoder
from firth.text.streams import TokenStream
from firth.text.vocabulary import UNK_ID


def known_test_pairs(tokens: Path, count: int) -> Iterator[tuple[str, str]]:
    """Source and target of the first ``count`` pairs, without those that lack a target or have an unknown token.

    Parameters
    ----------
    tokens : data/tokens/TASK.

    Raises
    ------
    FirthError
        If a file of the folder doesn't exist or is damaged.
    """
    from firth.seq2seq.pairs import test_splits  # here, because torch takes seconds

    split = test_splits(tokens)[0]
    streams = [TokenStream.load(tokens, f"{split}.{side}").first(count).sentences() for side in SIDES]
    write_source, write_target = (decoder(tokens, side) for side in SIDES)
    for source, target in zip(*streams, strict=True):
        if len(target) and UNK_ID not in source and UNK_ID not in target:
            yield write_source(source.tolist()), write_target(target.tolist())
