"""Why some of a language model's main numbers are not measured."""

from collections.abc import Mapping

import pandas as pd

from firth.measures.agreement.items import FEWEST_PAIRS
from firth.measures.agreement.main_groups import MAIN_GROUPS
from firth.measures.language_evaluation import HELD_OUT, PER_UNIT, HeldOutText
from firth.measures.not_measured import NOT_FINITE

TEXTS = {"valid": "the validation text", "test": "the test text"}


def language_reasons(tables: Mapping[str, pd.DataFrame], text: HeldOutText, is_learning: bool) -> dict[str, str]:
    """The reason for each main number that ``main_numbers`` leaves out though it applies.

    Numbers that don't apply have none: the source's of other text than the built-in world's, agreement where there are
    no pairs in the text's language.

    Parameters
    ----------
    tables : of ``language_evaluation.evaluate``.
    is_learning : whether dynamic evaluation is wanted.
    """
    by_split = tables["perplexity"].set_index("split")
    of_test = {
        **dict.fromkeys(PER_UNIT, text.form.segmentation != "words"),
        "perplexity_over_source": pd.notna(by_split.at["test", "source_perplexity"]),
        "dynamic_perplexity": is_learning,
    }
    columns = {f"{split}_perplexity": (split, "perplexity") for split in HELD_OUT}
    columns |= {name: ("test", name) for name, applies in of_test.items() if applies}
    reasons = {
        name: NOT_FINITE if by_split.at[split, "tokens"] else f"{TEXTS[split]} has no sentence"
        for name, (split, column) in columns.items()
        if column not in by_split or pd.isna(by_split.at[split, column])
    }
    if text.form.world and pd.isna(by_split.at["test", "source_perplexity"]):
        unknown = f"{TEXTS['test']} has words that became <unk>, whose probability is not the source's"
        reason = unknown if by_split.at["test", "tokens"] else f"{TEXTS['test']} has no sentence"
        reasons |= dict.fromkeys(("source_perplexity", "perplexity_over_source"), reason)
    if text.form.world or text.form.language == "en":
        reasons |= _agreement_reasons(tables.get("agreement"), text.form.segmentation)
    return reasons


def _agreement_reasons(agreement: pd.DataFrame | None, segmentation: str) -> dict[str, str]:
    numbers = [group.number for group in MAIN_GROUPS.values()]
    if segmentation != "words":
        return dict.fromkeys(numbers, "agreement is measured where tokens are words")
    if agreement is None:
        return dict.fromkeys(numbers, "no agreement pair has all its words in the vocabulary")
    pairs = agreement.drop_duplicates("group").set_index("group")["pairs"]
    counts = {name: int(pairs.get(name, 0)) for name in MAIN_GROUPS}
    return {
        group.number: f"too few agreement pairs with {group.description}: {counts[name]} where "
        f"{FEWEST_PAIRS} are needed"
        for name, group in MAIN_GROUPS.items()
        if counts[name] < FEWEST_PAIRS
    }
