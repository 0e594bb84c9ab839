"""Word vectors at their best: PPMI + SVD and skip-gram, settings chosen by MEN alone, beside gensim's skip-gram.

    python benchmarks/quality.py TOKENS GOLD [--seeds 3]

TOKENS is what the stage ``tokenize@embeddings`` wrote (``data/tokens/embeddings``), GOLD the folder of gold sets that
``download@embeddings`` wrote (``data/raw/embeddings/gold``). All vectors have dimension 100; skip-gram trains for five
epochs; gensim has its usual settings. Every setting below is tried with a seed of its own, and Spearman's correlation
with MEN decides for all other sets, as it decides between SVD and skip-gram. The last line is the number of sets on
which the winner is better than gensim, and the ratio of the means over them; means are over seeds.
"""

import argparse
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from skipgram import SETTINGS, THREADS, firth, gensim, quality, word_lists

from firth.params.cooccurrence_params import CooccurrenceParams
from firth.params.section import Section
from firth.params.svd_params import SvdParams
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.vectors.counting.count_matrix import load_counts
from firth.vectors.counting.window_counts import count_cooccurrences
from firth.vectors.ppmi_svd import factorize, ppmi

Settings = TypeVar("Settings", bound=Section)

CHOICE = "men"
SETS = ("wordsim353-similarity", "wordsim353-relatedness", "simlex999", "rg65", "mturk771", "rw")
EPOCHS = 5
CHOOSING_SEED = 9
COUNTING = CooccurrenceParams(context_window=5, window_shape="linear", subsampling_threshold=0.0, subsampling="dirty")
DECOMPOSING = SvdParams(
    dimension=SETTINGS.dimension, smoothing=0.75, shift=1.0, eigenvalue_weight=0.5, add_context_vectors=False
)
PREDICTING = SETTINGS.model_copy(update={"epochs": EPOCHS})
COUNTING_CHOICES = {"context_window": (2, 5, 10), "subsampling_threshold": (0.0, 1e-4)}
DECOMPOSING_CHOICES = {"eigenvalue_weight": (0.0, 0.5), "add_context_vectors": (False, True)}
PREDICTING_CHOICES = {
    "context_window": (5, 10),
    "subsampling_threshold": (1e-3, 1e-4),
    "learning_rate": (0.025, 0.05),
    "final_learning_rate": (0.005,),
}
CHANGED = (*COUNTING_CHOICES, *DECOMPOSING_CHOICES, *PREDICTING_CHOICES)


@dataclass
class Text:
    """A text's ids, its words and their counts, and the folder of gold sets."""

    stream: TokenStream
    words: list[str]
    counts: np.ndarray
    gold: Path

    def score(self, vectors: np.ndarray, *sets: str) -> list[float]:
        return quality(self.words, vectors, self.gold, sets)


def variants(settings: Settings, choices: Mapping[str, Sequence[float]]) -> list[Settings]:
    """The settings with every combination of the values to choose from."""
    return [
        settings.model_copy(update=dict(zip(choices, values, strict=True))) for values in product(*choices.values())
    ]


def best(text: Text, settings: list[Settings], train: Callable[[Settings], np.ndarray]) -> tuple[Settings, np.ndarray]:
    """The settings whose vectors come closest to the set that decides, and the vectors."""
    found, highest = None, -1.0
    for setting in settings:
        vectors = train(setting)
        score = text.score(vectors, CHOICE)[0]
        print(f"{CHOICE} {score:.3f}  {setting.model_dump(include={*CHANGED})}", flush=True)
        if score > highest:
            found, highest = (setting, vectors), score
    assert found is not None
    return found


def by_counting(text: Text) -> np.ndarray:
    """The best vectors of SVD: first how words are counted is chosen, then how the counts are decomposed."""
    with tempfile.TemporaryDirectory() as name:

        def decompose(settings: SvdParams) -> np.ndarray:
            return factorize(ppmi(load_counts(Path(name), len(text.counts)), settings), settings, THREADS).vectors

        def count(settings: CooccurrenceParams) -> np.ndarray:
            count_cooccurrences(text.stream, text.counts, settings, Path(name), seed=CHOOSING_SEED, threads=THREADS)
            return decompose(DECOMPOSING)

        counting, _ = best(text, variants(COUNTING, COUNTING_CHOICES), count)
        count(counting)
        return best(text, variants(DECOMPOSING, DECOMPOSING_CHOICES), decompose)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tokens", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    choices = parser.parse_args()
    torch.set_num_threads(THREADS)
    vocabulary, stream = Vocabulary.load(choices.tokens / "vocabulary.tsv"), TokenStream.load(choices.tokens, "train")
    text = Text(stream, vocabulary.tokens, np.bincount(stream.ids, minlength=len(vocabulary)), choices.gold)
    spaces = {"firth, SVD": [by_counting(text)]}
    settings, _ = best(
        text,
        variants(PREDICTING, PREDICTING_CHOICES),
        lambda tried: firth(stream, text.counts, tried, CHOOSING_SEED)[0],
    )
    seeds = range(1, choices.seeds + 1)
    spaces["firth, skip-gram"] = [firth(stream, text.counts, settings, seed)[0] for seed in seeds]
    sentences = word_lists(stream, text.words)
    spaces["gensim, skip-gram"] = [gensim(sentences, text.words, EPOCHS, seed)[0] for seed in seeds]

    print(
        f"\n{'mean over seeds':18}{CHOICE:>8}" + "".join(f"{name.replace('wordsim353', 'ws353'):>20}" for name in SETS)
    )
    means = {
        name: np.mean([text.score(vectors, CHOICE, *SETS) for vectors in trained], axis=0)
        for name, trained in spaces.items()
    }
    for name, scores in means.items():
        print(f"{name:18}{scores[0]:8.3f}" + "".join(f"{score:20.3f}" for score in scores[1:]))
    peer = means.pop("gensim, skip-gram")[1:]
    winner = max(means, key=lambda name: means[name][0])
    ours = means[winner][1:]
    print(
        f"better on {(ours > peer).sum()} of {len(SETS)}; ratio ({winner}, to gensim): {ours.mean() / peer.mean():.3f}"
    )


if __name__ == "__main__":
    main()
