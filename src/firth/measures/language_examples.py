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
MOST_TOKENS = 14  # shown of the sentence, with its <eos>
NEXT_WORDS = 10


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
        A row for each of the first ``MOST_TOKENS`` tokens: ``position`` from 1, ``token``, ``probability``, and
        ``negative_log_likelihood`` of all tokens up to this one, in nats; the same by the source, under ``source_…``.
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
    return pd.DataFrame({"position": positions, "token": tokens, **columns}).head(MOST_TOKENS)


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


def agreement_examples(items: pd.DataFrame, vocabulary: Vocabulary, scorer: Scorer) -> pd.DataFrame:
    """P of both verb forms after the shortest prefix with one attractor, with two, … (the first of several).

    Parameters
    ----------
    items : as in ``agreement.items``.

    Returns
    -------
    pandas.DataFrame
        Two rows for each prefix: ``attractors``, ``prefix``, ``form``, ``correct`` (1 or 0) and ``probability``. No
        rows without attractors.
    """
    lengths = items["prefix"].map(len)
    chosen = items.loc[lengths.sort_values(kind="stable").index].query("attractors > 0")
    chosen = chosen.drop_duplicates("attractors").sort_values("attractors")
    columns = ["attractors", "prefix", "form", "correct", "probability"]
    if chosen.empty:
        return pd.DataFrame(columns=columns)
    forms = chosen[["correct", "wrong"]].to_numpy(dtype=np.int64)  # (pairs, 2)
    shares = np.exp(scorer.score_continuations(list(chosen["prefix"]), forms))
    rows = [
        (attractors, " ".join(vocabulary.decode(prefix)), form, int(column == 0), share)
        for attractors, prefix, both, found in zip(chosen["attractors"], chosen["prefix"], forms, shares, strict=True)
        for column, (form, share) in enumerate(zip(vocabulary.decode(both), found, strict=True))
    ]
    return pd.DataFrame(rows, columns=columns)
