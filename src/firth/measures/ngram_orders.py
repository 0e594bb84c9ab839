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
        items. ``ngram_order_examples``: where there are items with attractors, the rows of
        ``language_examples.agreement_examples`` for each order, the order in the first column.
    """
    counts = count_ngrams(text.stream("train"), len(text.vocabulary), largest_order)
    held_out = {split: text.stream(split).with_sentence_ends() for split in HELD_OUT}
    pairs = example_pairs(text.agreement_items)
    rows, examples = [], []
    for order in range(1, largest_order + 1):
        model = smoothed(counts, order)
        row: dict[str, float | None] = {"order": order, "ngrams": model.size}
        for split, ids in held_out.items():
            row[f"{split}_perplexity"] = perplexity(NgramScorer(model), ids) if len(ids) else None
        if len(text.agreement_items):
            found = accuracies(text.agreement_items, agreement_points(text.agreement_items, NgramScorer(model)))
            conditions = found[found["group"].str.startswith("attractors_") & (found["grouping"] == "condition")]
            row |= dict(zip(conditions["group"], conditions["accuracy"], strict=True))
        rows.append(row)
        if len(pairs):
            of_order = agreement_examples(pairs, text.vocabulary, NgramScorer(model))
            of_order.insert(0, "order", order)
            examples.append(of_order)
    tables = {"ngram_orders": pd.DataFrame(rows)}
    return tables | ({"ngram_order_examples": pd.concat(examples, ignore_index=True)} if examples else {})
