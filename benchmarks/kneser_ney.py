"""n-gram models: Firth's probabilities of the test text beside KenLM's, from the ARPA file that Firth writes.

    python -m pip install --constraint constraints.txt '.[benchmark]'
    python benchmarks/kneser_ney.py TOKENS [--order 3]

(pip builds KenLM with a C++ compiler and CMake.) TOKENS is a folder that `dvc repro tokenize@lm` has written
(data/tokens/lm). KenLM's Python module estimates no models, so Firth's time of counting and smoothing stands alone.
Both score the same sentences in one thread: Firth all at once from ids, KenLM one after the other from strings that are
made before the clock runs. If any sentence's log10 probability differs by more than float32 can explain, the exit
status is 1. The ratio is of tokens scored a second, ends of sentences counted.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import kenlm
import numpy as np

from firth.ngram.arpa import write_arpa
from firth.ngram.kneser_ney import train_kneser_ney
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary

REPEATS = 5  # of scoring, of which the fastest counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="TOKENS", type=Path, help="data/tokens/lm, or another such folder")
    parser.add_argument("--order", type=int, default=3, help="of the model, 1 to 6")
    choices = parser.parse_args()
    vocabulary = Vocabulary.load(choices.folder / "vocabulary.tsv")
    train, test = (TokenStream.load(choices.folder, split) for split in ("train", "test"))
    sentences = [" ".join(vocabulary.decode(test.sentence(position))) for position in range(len(test))]
    ends = np.asarray(test.offsets[:-1]) + np.arange(len(test))  # where each sentence's scores begin

    start = time.perf_counter()
    model = train_kneser_ney(train, len(vocabulary), choices.order)
    trained = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.arpa"
        write_arpa(model, vocabulary.tokens, path)
        written, megabytes = time.perf_counter(), path.stat().st_size / 1e6
        peer = kenlm.Model(str(path))
        read = time.perf_counter()

    tokens = len(test.ids) + len(test)
    scores: dict[str, np.ndarray] = {}  # log10 P of each sentence
    rates = {}
    for name in ("firth", "KenLM"):
        seconds = []
        for _ in range(REPEATS):
            clock = time.perf_counter()
            if name == "firth":
                scores[name] = np.add.reduceat(model.log_probabilities(test), ends) / np.log(10)
            else:
                scores[name] = np.array([peer.score(sentence) for sentence in sentences])
            seconds.append(time.perf_counter() - clock)
        rates[name] = tokens / min(seconds)

    print(
        f"order {choices.order}: {model.size:,} n-grams of {len(train.ids) + len(train):,} tokens, {megabytes:.0f} MB"
    )
    for step, took in (("count and smooth", trained - start), ("write", written - trained), ("read", read - written)):
        print(f"{'KenLM' if step == 'read' else 'firth'}: {step} in {took:.2f} s")
    print(f"{'':10}{'perplexity (test)':>18}{'tokens a second':>18}")
    for name, values in scores.items():
        print(f"{name:10}{10 ** (-values.sum() / tokens):18.4f}{rates[name]:18,.0f}")
    difference = np.abs(scores["firth"] - scores["KenLM"])
    print(f"largest difference of a sentence's log10 probability: {difference.max():.1e}")
    if (difference > 1e-4 + 1e-6 * np.abs(scores["firth"])).any():
        sys.exit("the probabilities of KenLM and firth differ")
    print(f"ratio (firth to KenLM): {rates['firth'] / rates['KenLM']:.2f}")


if __name__ == "__main__":
    main()
