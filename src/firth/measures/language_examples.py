"""Examples of what a language model says: of one sentence, of its next word, of pairs of verb forms.

The examples are chosen by the text alone, so that all models have the same.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firth.measures.scorer import Floats, Scorer
from firth.text.streams import TokenStream
from firth.text.vocabulary import UNK_ID, Vocabulary

TOKENS = 8  # of the sentence that is chosen, if there is one
MOST_TOKENS = 14  # kept of the sentence, with its <eos>
NEXT_WORDS = 10
PAIRS = 4  # with each number of attractors


def example_sentence(stream: TokenStream) -> int | None:
    """The first of the sentences whose length is nearest to ``TOKENS``, rather one without ``<unk>``; None if empty."""
    if not len(stream):
        return None
    lengths = np.diff(stream.offsets)
    unknown = np.diff(np.concatenate([[0], np.cumsum(stream.ids == UNK_ID)])[stream.offsets]) > 0
    return int(np.lexsort([np.abs(lengths - TOKENS), unknown])[0])


def sentence_probabilities(
    ids: NDArray, tokens: list[str], scorer: Scorer, source: Floats | None = None
) -> pd.DataFrame:
    """P of each token of a sentence given the tokens before it, by a model and by the source.

    Parameters
    ----------
    ids : (N,) of the sentence, without ``<eos>``.
    tokens : (N + 1,) the same as text, with ``<eos>``.
    source : (N + 1,) log P of each token by the grammar of the built-in world.

    Returns
    -------
    pandas.DataFrame
        A row for each token, of a longer sentence for the first tokens and ``<eos>``, ``MOST_TOKENS`` in all:
        ``position`` from 1, ``token``, ``probability``, and ``negative_log_likelihood`` of all tokens up to this one,
        in nats; the same by the source, under ``source_…``. The last row has the likelihood of the whole sentence.
    """
    scores = scorer.score_sentences(TokenStream(ids, np.array([0, len(ids)])))  # (N + 1,)
    found = {"": scores, **({"source_": source} if source is not None else {})}
    columns = {
        name: values
        for prefix, logarithms in found.items()
        for name, values in (
            (f"{prefix}probability", np.exp(logarithms)),
            (f"{prefix}negative_log_likelihood", np.abs(np.cumsum(logarithms))),  # no −0
        )
    }
    positions = np.arange(1, len(tokens) + 1)
    table = pd.DataFrame({"position": positions, "token": tokens, **columns})
    return pd.concat([table.iloc[:-1].head(MOST_TOKENS - 1), table.tail(1)])


def next_words(
    prompt: NDArray, vocabulary: Vocabulary, scorer: Scorer, source: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """The most probable next tokens after the first words of a sentence, by a model and by the source.

    Parameters
    ----------
    prompt : (N,) ids.
    scorer : has read nothing yet.
    source : next token → its probability by the grammar of the built-in world.

    Returns
    -------
    pandas.DataFrame
        A row for each rank from 1: ``prompt``, ``rank``, ``token`` and ``probability``; the source's own of this rank
        are ``source_token`` and ``source_probability``. Equally probable tokens stand in order of frequency.
    """
    scorer.read(prompt)
    scores = scorer.next_token()  # (V,)
    best = np.argsort(-scores, kind="stable")[:NEXT_WORDS]
    table = pd.DataFrame(
        {
            "prompt": " ".join(vocabulary.decode(prompt)),
            "rank": np.arange(1, len(best) + 1),
            "token": vocabulary.decode(best),
            "probability": np.exp(scores[best]),
        }
    )
    if source is None:
        return table
    ranked = sorted(source.items(), key=lambda pair: (-pair[1], vocabulary.id(pair[0]), pair[0]))[: len(table)]
    ranked += [("", np.nan)] * (len(table) - len(ranked))
    return table.assign(source_token=[word for word, _ in ranked], source_probability=[share for _, share in ranked])


def example_pairs(items: pd.DataFrame) -> pd.DataFrame:
    """The items with the shortest prefixes: ``PAIRS`` with one attractor, then as many with two, …

    Parameters
    ----------
    items : as in ``agreement.items``.
    """
    across = items[items["attractors"] > 0]
    shortest = across.loc[across["prefix"].map(len).sort_values(kind="stable").index]
    return shortest.groupby("attractors").head(PAIRS).sort_values("attractors", kind="stable")


def agreement_examples(pairs: pd.DataFrame, vocabulary: Vocabulary, scorer: Scorer) -> pd.DataFrame:
    """P of both verb forms after the prefix of each pair.

    Parameters
    ----------
    pairs : as in ``agreement.items``, one or more.

    Returns
    -------
    pandas.DataFrame
        Two rows for each pair: ``pair``, its number from 1, ``attractors``, ``prefix``, ``form``, ``correct`` (1 or 0)
        and ``probability``.
    """
    forms = pairs[["correct", "wrong"]].to_numpy(dtype=np.int64)  # (pairs, 2)
    shares = np.exp(scorer.score_continuations(list(pairs["prefix"]), forms))
    found = zip(pairs["attractors"], pairs["prefix"], forms, shares, strict=True)
    rows = [
        (number, attractors, " ".join(vocabulary.decode(prefix)), form, int(column == 0), share)
        for number, (attractors, prefix, both, of_pair) in enumerate(found, start=1)
        for column, (form, share) in enumerate(zip(vocabulary.decode(both), of_pair, strict=True))
    ]
    return pd.DataFrame(rows, columns=["pair", "attractors", "prefix", "form", "correct", "probability"])
