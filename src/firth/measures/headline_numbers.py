"""The headline numbers: which results are among them, in what unit, which direction is better, how they are printed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Literal

from firth.params.cells import RECURRENT_NETWORKS
from firth.params.model_names import LANGUAGE_MODELS, SPACES, TRAINED_SPACES
from firth.params.task_names import ATTENTIONS, TASKS

Direction = Literal["higher", "lower", "none"]

NOTHING = "–"  # printed for a number that does not exist


def _one_of(names: Iterable[str]) -> str:
    """A pattern that matches each of the names."""
    return f"({'|'.join(names)})"


LANGUAGE_MODEL, TRAINED_SPACE, ATTENTION = map(_one_of, (LANGUAGE_MODELS, TRAINED_SPACES, ATTENTIONS))


@dataclass(frozen=True)
class HeadlineNumber:
    """What is known of the numbers whose whole name matches ``pattern``.

    Attributes
    ----------
    unit : of what it is a number, in a word or two.
    better : which direction is better; ``none`` where neither is.
    decimals : how many are printed.
    convention : how it is counted, in a few words.
    """

    pattern: str
    unit: str
    better: Direction
    decimals: int
    convention: str

    def judge(self, before: float, after: float) -> Literal["better", "worse", ""]:
        """Whether a number has become better or worse; empty if it has not changed or neither direction is better."""
        if self.better == "none" or before == after:
            return ""
        return "better" if (after > before) == (self.better == "higher") else "worse"


HEADLINE_NUMBERS = (
    HeadlineNumber(
        f"{_one_of(('one_hot', 'raw_counts', 'ppmi', *SPACES))}_nearest_neighbor_accuracy",
        "share of lemmas",
        "higher",
        3,
        "the nearest neighbor, by cosine, is of the same word class",
    ),
    HeadlineNumber(
        f"{TRAINED_SPACE}_(wordsim353|men|simlex999)_spearman",
        "rank correlation",
        "higher",
        3,
        "Spearman's, of cosines with judgments, over the pairs whose words both have vectors",
    ),
    HeadlineNumber(
        f"{TRAINED_SPACE}_google_analogies_accuracy",
        "share of analogies",
        "higher",
        3,
        "3CosAdd, over the analogies whose words all have vectors",
    ),
    HeadlineNumber(
        "lm_source_perplexity",
        "perplexity",
        "none",
        2,
        "exponential of the source entropy of the test text; no model is expected below it",
    ),
    HeadlineNumber(
        f"lm_{LANGUAGE_MODEL}_test_perplexity",
        "perplexity",
        "lower",
        2,
        "over all test tokens, <eos> counted, context carried across sentences",
    ),
    HeadlineNumber(
        f"lm_{LANGUAGE_MODEL}_word_perplexity",
        "perplexity",
        "lower",
        2,
        "test perplexity per word, where tokens are characters or subwords",
    ),
    HeadlineNumber(
        f"lm_{LANGUAGE_MODEL}_bits_per_character",
        "bits",
        "lower",
        3,
        "of the test text, where tokens are characters or subwords",
    ),
    HeadlineNumber(
        f"lm_{LANGUAGE_MODEL}_dynamic_perplexity",
        "perplexity",
        "lower",
        2,
        "as test perplexity, while the model goes on learning from what it has scored",
    ),
    HeadlineNumber(
        f"lm_{LANGUAGE_MODEL}_perplexity_over_source",
        "ratio",
        "lower",
        3,
        "test perplexity over the source's; 1 is the best possible",
    ),
    HeadlineNumber(
        f"lm_{LANGUAGE_MODEL}_agreement_one_attractor",
        "share of pairs",
        "higher",
        3,
        "the right verb form is more probable; one noun of the other number intervenes",
    ),
    HeadlineNumber(
        "lm_ngram_agreement_adjacent_attractor",
        "share of pairs",
        "higher",
        3,
        "the right verb form is more probable; an attractor stands right before the verb",
    ),
    HeadlineNumber(
        f"translation_{ATTENTION}_test(_[a-z0-9_]+)?_bleu",
        "BLEU",
        "higher",
        1,
        "0 to 100, of the whole test set, by sacreBLEU",
    ),
    HeadlineNumber(
        f"qa_({ATTENTION}|baseline)_test_exact_match",
        "share of questions",
        "higher",
        3,
        "the answer is right to the word; baseline: the better of two simple ones",
    ),
    HeadlineNumber(
        f"gradient_{_one_of(RECURRENT_NETWORKS)}_20_steps_back",
        "ratio",
        "none",
        4,
        "gradient norm 20 steps back over 1 step back, before training",
    ),
)


@cache
def _find(name: str) -> HeadlineNumber | None:
    return next((number for number in HEADLINE_NUMBERS if re.fullmatch(number.pattern, name)), None)


def is_headline(name: str) -> bool:
    """Whether a result of this name is a headline number."""
    return _find(name) is not None


def describe(name: str) -> HeadlineNumber:
    """What is known of a headline number; ``KeyError`` if the name is none."""
    found = _find(name)
    if found is None:
        raise KeyError(f"{name} is no headline number")
    return found


def number_prefix(stage: str, *arguments: str) -> str:
    """What the name of a stage item's number begins with among all numbers."""
    match stage:
        case "evaluate_lm":
            return f"lm_{arguments[0]}_"
        case "evaluate_seq2seq":
            return f"{'_'.join(arguments)}_"
        case "gradients":
            return f"gradient_{arguments[0]}_"
        case "saliency":
            return f"saliency_{'_'.join(arguments)}_"
    return ""


ON_TEST_ITEMS = (*product(["evaluate_lm"], LANGUAGE_MODELS), *product(["evaluate_seq2seq"], TASKS, ATTENTIONS))


def split_number(number: str) -> tuple[str, str] | None:
    """The item that measures a number on test items, such as ``evaluate_lm-gru``, and the number's name there.

    None for a number that no such item measures.
    """
    for item in ON_TEST_ITEMS:
        prefix = number_prefix(*item)
        if number.startswith(prefix):
            return "-".join(item), number.removeprefix(prefix)
    return None


def format(name: str, value: float | None, sign: Literal["", "+"] = "") -> str:
    """A number as people read it: as many decimals as its kind has, or a dash if it does not exist.

    One significant digit is printed where the usual decimals would show zero.

    Parameters
    ----------
    sign : ``+`` prints the sign of positive numbers too.
    """
    if value is None:
        return NOTHING
    found = _find(name)
    shown = f"{value:{sign}.{found.decimals}f}" if found else f"{value:{sign}.6g}"
    return shown if float(shown) or not value else f"{value:{sign}.0e}"


def format_difference(name: str, before: float, after: float) -> str:
    """After − before with its sign; one significant digit where the usual decimals would show zero."""
    return format(name, after - before, "+")
