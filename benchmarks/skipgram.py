"""Skip-gram: Firth's compiled learner beside gensim's Word2Vec, at the same settings.

    python benchmarks/skipgram.py TOKENS GOLD [--seeds 3] [--sentences N]

TOKENS is what the stage ``tokenize@embeddings`` wrote (``data/tokens/embeddings``), GOLD the folder of gold sets that
``download@embeddings`` wrote (``data/raw/embeddings/gold``). Both train on the same ids: dimension 100, window 5,
5 negatives, subsampling 0.001, one epoch, two threads. Rates are of raw words, over the training alone: vocabularies
are made, kernels compiled and threads started before the clock runs. gensim runs both ways that it offers, from a file
and from a list in memory; the faster one counts, and trains all seeds. Quality is Spearman's correlation with
WordSim-353, MEN and SimLex-999, averaged over seeds. Firth's learning rates were chosen by MEN alone. The last line is
the ratio of the mean rates.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from gensim.models import Word2Vec

from firth.derived_seed import derived_seed
from firth.measures.similarity import pair_score
from firth.measures.unit_rows import UnitRows
from firth.params.word2vec_params import Word2vecParams
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, Vocabulary
from firth.vectors.skipgram.pair_sampling import TrainingText
from firth.vectors.skipgram.skipgram_model import SkipGram, TextPieces
from firth.vectors.skipgram.updates import CompiledLearner

DIMENSION, WINDOW, NEGATIVES, SAMPLE, THREADS = 100, 5, 5, 1e-3, 2
GOLD_SETS = ("wordsim353", "men", "simlex999")
SETTINGS = Word2vecParams(
    loss="negative_sampling",
    dimension=DIMENSION,
    context_window=WINDOW,
    negative_samples=NEGATIVES,
    smoothing=0.75,
    subsampling_threshold=SAMPLE,
    epochs=1,
    batch_size=2**20,
    shards=THREADS,
    learning_rate=0.07,
    final_learning_rate=0.01,
)


def firth(stream: TokenStream, counts: np.ndarray, settings: Word2vecParams, seed: int) -> tuple[np.ndarray, float]:
    """Vectors (V, D), and the seconds that training took: what the stage does, but for Lightning around it."""
    text = TrainingText.from_stream(stream, counts, settings)
    model, learner = SkipGram(text, settings, seed), CompiledLearner(text, settings, range(settings.shards))
    vectors = (model.words.weight.detach(), model.contexts.weight.detach())
    pieces = TextPieces(text, settings.batch_size).count
    cuts = text.cut(0, len(text.starts), pieces)
    start = time.perf_counter()
    for epoch in range(settings.epochs):
        for number in range(pieces):
            rate = settings.rate((epoch + number / pieces) / settings.epochs)
            learner.learn(vectors, cuts[number], cuts[number + 1], rate, derived_seed(seed, "word2vec", epoch, number))
    return vectors[0].numpy(), time.perf_counter() - start


def gensim(sentences: list[list[str]] | Path, words: list[str], epochs: int, seed: int) -> tuple[np.ndarray, float]:
    """The same by gensim with its usual settings, from a file or from a list."""
    source = {"corpus_file": str(sentences)} if isinstance(sentences, Path) else {"corpus_iterable": sentences}
    model = Word2Vec(
        vector_size=DIMENSION, window=WINDOW, negative=NEGATIVES, sample=SAMPLE, sg=1, min_count=1, workers=THREADS,
        seed=seed,
    )  # fmt: skip
    model.build_vocab(**source)
    start = time.perf_counter()
    model.train(**source, epochs=epochs, total_examples=model.corpus_count, total_words=model.corpus_total_words)
    seconds = time.perf_counter() - start
    vectors = np.zeros((len(words), DIMENSION), dtype=np.float32)
    for row, word in enumerate(words):
        if word in model.wv:
            vectors[row] = model.wv[word]
    return vectors, seconds


def quality(words: list[str], vectors: np.ndarray, gold: Path, sets: Iterable[str] = GOLD_SETS) -> list[float]:
    """Spearman's correlation with each of the gold sets."""
    unit = UnitRows(words[EOS_ID + 1 :], vectors[EOS_ID + 1 :])
    return [pair_score(unit, gold / f"{name}.tsv").score or 0.0 for name in sets]


def word_lists(stream: TokenStream, words: list[str]) -> list[list[str]]:
    """The sentences as gensim takes them, without unknown words."""
    named = np.array(words, dtype=object)
    return [[word for word in named[stream.sentence(i)] if word != "<unk>"] for i in range(len(stream))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tokens", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sentences", type=int, help="read no more than so many")
    choices = parser.parse_args()
    torch.set_num_threads(THREADS)
    words = Vocabulary.load(choices.tokens / "vocabulary.tsv").tokens
    stream = TokenStream.load(choices.tokens, "train")
    last = min(choices.sentences or len(stream), len(stream))
    stream = TokenStream(stream.ids[: stream.offsets[last]], stream.offsets[: last + 1])
    counts = np.bincount(stream.ids, minlength=len(words))
    few = TokenStream(stream.ids[: stream.offsets[min(100, last)]], stream.offsets[: min(100, last) + 1])
    firth(few, np.bincount(few.ids, minlength=len(words)), SETTINGS, seed=0)  # compiles
    sentences = word_lists(stream, words)
    print(f"{len(stream.ids):,} words\n{'':22}{'words a second':>16}" + "".join(f"{name:>12}" for name in GOLD_SETS))
    rates: dict[str, list[float]] = {}
    scores: dict[str, list[list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sentences.txt"
        file.write_text("\n".join(" ".join(sentence) for sentence in sentences) + "\n", encoding="utf-8")
        contenders: dict[str, Callable[[int], tuple[np.ndarray, float]]] = {
            "firth": lambda seed: firth(stream, counts, SETTINGS, seed),
            "gensim, corpus_file": lambda seed: gensim(file, words, 1, seed),
            "gensim, iterable": lambda seed: gensim(sentences, words, 1, seed),
        }
        for seed in range(1, choices.seeds + 1):
            for name, train in contenders.items():
                vectors, seconds = train(seed)
                rates.setdefault(name, []).append(len(stream.ids) / seconds)
                scores.setdefault(name, []).append(quality(words, vectors, choices.gold))
                row = "".join(f"{score:12.3f}" for score in scores[name][-1])
                print(f"{name:22}{rates[name][-1]:16,.0f}{row}", flush=True)
            if seed == 1:  # the slower way of gensim has had its turn
                del contenders[min((name for name in rates if name != "firth"), key=lambda name: rates[name][0])]
    print("means over seeds")
    for name, found in scores.items():
        means = np.mean(found, axis=0)
        row = "".join(f"{mean:12.3f}" for mean in means)
        print(f"{name:22}{np.mean(rates[name]):16,.0f}{row}   mean {means.mean():.4f}")
    peer = max(np.mean(rate) for name, rate in rates.items() if name != "firth")
    print(f"ratio (firth to the faster gensim): {np.mean(rates['firth']) / peer:.2f}")


if __name__ == "__main__":
    main()
