"""How n-gram models grow with their order: size, perplexity and agreement of the models of order 1, 2, …"""

import pandas as pd

from firth.measures.agreement.accuracy import accuracies, agreement_points
from firth.measures.language_evaluation import HELD_OUT, HeldOutText
from firth.measures.language_examples import agreement_examples, example_pairs
from firth.measures.perplexity import perplexity
from firth.ngram.kneser_ney import count_ngrams, smoothed
from firth.ngram.ngram_scorer import NgramScorer


def ngram_orders(text: HeldOutText, largest_order: int) -> dict[str, pd.DataFrame]:
    """Tables of the models of each order, by name.

    The n-grams of the training text are counted once, which takes seconds, and smoothed for each order.

    Returns
    -------
    dict
        ``ngram_orders``: a row for each order, with accuracies by the number of attractors where there are agreement
        items. ``ngram_order_agreement``: where there are agreement items, the rows of ``agreement.accuracy`` for each
        order, the order in the first column. ``ngram_order_examples``: where there are items with attractors, those of
        ``language_examples.agreement_examples`` in the same way.
    """
    counts = count_ngrams(text.stream("train"), len(text.vocabulary), largest_order)
    held_out = {split: text.stream(split).with_sentence_ends() for split in HELD_OUT}
    pairs = example_pairs(text.agreement_items)
    rows, agreement, examples = [], [], []
    for order in range(1, largest_order + 1):
        model = smoothed(counts, order)
        row: dict[str, float | None] = {"order": order, "ngrams": model.size}
        for split, ids in held_out.items():
            row[f"{split}_perplexity"] = perplexity(NgramScorer(model), ids) if len(ids) else None
        if len(text.agreement_items):
            found = accuracies(text.agreement_items, agreement_points(text.agreement_items, NgramScorer(model)))
            agreement.append(_of_order(order, found))
            conditions = found[found["group"].str.startswith("attractors_") & (found["grouping"] == "condition")]
            row |= dict(zip(conditions["group"], conditions["accuracy"], strict=True))
        rows.append(row)
        if len(pairs):
            examples.append(_of_order(order, agreement_examples(pairs, text.vocabulary, NgramScorer(model))))
    more = {"ngram_order_agreement": agreement, "ngram_order_examples": examples}
    return {
        "ngram_orders": pd.DataFrame(rows),
        **{name: pd.concat(parts, ignore_index=True) for name, parts in more.items() if parts},
    }


def _of_order(order: int, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with the order in the first column."""
    return pd.concat([pd.Series(order, index=frame.index, name="order"), frame], axis="columns")
