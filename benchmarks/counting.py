"""Co-occurrence counts: the counter of the stage ``cooccurrence`` beside hyperhyper's and one of NumPy and SciPy.

    python -m pip install --constraint constraints.txt '.[benchmark]'
    python benchmarks/counting.py [TOKENS] [--tokens 5000000] [--window 5] [--threads 2]

TOKENS is a folder that `dvc repro tokenize@embeddings` has written (data/tokens/embeddings); without one, a text of
50,000 words with Zipf's frequencies is made up. All count the same ids in the same window, in which every place counts
1 and unknown words take up places, and their counts of all pairs of known words must be equal, or the exit status is 1.

hyperhyper is the maintained port of the tools of Levy, Goldberg & Dagan (2015). It starts a process for each core by
itself if it expects to gain from it, and its text is cut so that its vectorized counter takes it, not its slower loop.
Each contender has a fresh process; importing and compiling are not timed. Firth alone also writes the matrix to disk in
that time. Memory is the most that one process held (peers with workers held more in all).
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from scipy import sparse

from firth.params.cooccurrence_params import CooccurrenceParams
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, UNK_ID, Vocabulary
from firth.vectors.counting.count_matrix import load_counts
from firth.vectors.counting.window_counts import count_cooccurrences

FIRST_WORD = EOS_ID + 1
VOCABULARY_SIZE = 50_000
SENTENCE = 20  # words of a made-up sentence
PIECE = 2**20  # tokens that the counter of NumPy and SciPy takes at a time

Counter = Callable[[TokenStream, int, Path], float]  # writes counts to a folder; returns seconds


def hyperhyper_counts(stream: TokenStream, size: int, out: Path, window: int) -> float:
    from hyperhyper.pair_counts import MAX_VECTORIZED_EVENTS, count_pairs
    from hyperhyper.utils import IdChunk, save_id_chunk

    known = size - FIRST_WORD  # hyperhyper numbers known words from 0; its last number is the unknown word's
    cuts = np.searchsorted(stream.offsets, np.arange(0, len(stream.ids), MAX_VECTORIZED_EVENTS // (2 * window + 1)))
    chunks = []
    for number, (first, last) in enumerate(zip(cuts, [*cuts[1:], len(stream)], strict=True)):
        offsets = np.asarray(stream.offsets[first : last + 1])
        ids = stream.ids[offsets[0] : offsets[-1]].astype(np.int64) - FIRST_WORD
        ids[ids < 0] = known
        chunks.append(out / f"{number:05}.npz")
        save_id_chunk(chunks[-1], IdChunk(ids.astype(np.uint16), offsets - offsets[0]))
    corpus = SimpleNamespace(texts=chunks, vocab=SimpleNamespace(size=known), counts={})
    start = time.perf_counter()
    counts = count_pairs(corpus, window=window, dynamic_window=None, delete_oov=False, subsample="off")
    seconds = time.perf_counter() - start
    sparse.save_npz(out / "counts.npz", counts[:known, :known].astype(np.float32), compressed=False)
    return seconds


def numpy_counts(stream: TokenStream, size: int, out: Path, window: int) -> float:
    """Pairs as numbers, sorted and counted by NumPy; SciPy adds up the pieces and the two directions."""
    start = time.perf_counter()
    ahead = sparse.csr_array((size, size), dtype=np.int64)
    for first in range(0, len(stream.ids), PIECE):
        centers = min(PIECE, len(stream.ids) - first)
        text = stream.ids[first : first + centers + window].astype(np.int64)
        sentence = np.searchsorted(stream.offsets, np.arange(first, first + len(text)), side="right")
        pairs = []
        for distance in range(1, window + 1):
            word, context = text[:-distance][:centers], text[distance:][:centers]
            together = (sentence[:-distance] == sentence[distance:])[:centers]
            counted = together & (word != UNK_ID) & (context != UNK_ID)
            pairs.append(word[counted] * size + context[counted])
        cells, counts = np.unique(np.concatenate(pairs), return_counts=True)
        ahead = ahead + sparse.csr_array((counts, np.divmod(cells, size)), shape=(size, size))
    both = (ahead + ahead.T).tocsr()
    seconds = time.perf_counter() - start
    sparse.save_npz(out / "counts.npz", both[FIRST_WORD:, FIRST_WORD:].astype(np.float32), compressed=False)
    return seconds


def firth_counts(stream: TokenStream, size: int, out: Path, window: int, threads: int) -> float:
    params = CooccurrenceParams(
        context_window=window, window_shape="uniform", subsampling_threshold=0.0, subsampling="dirty"
    )
    frequencies = np.ones(size)  # for subsampling alone
    tiny = TokenStream(np.array([2, 3], dtype=np.uint16), np.array([0, 2]))
    with tempfile.TemporaryDirectory() as folder:
        count_cooccurrences(tiny, frequencies, params, Path(folder), seed=1, threads=threads)  # compiles
    start = time.perf_counter()
    count_cooccurrences(stream, frequencies, params, out, seed=1, threads=threads)
    return time.perf_counter() - start


def measure(counter: Counter, tokens: Path, out: Path) -> tuple[float, float]:
    """Seconds, and the largest process's memory in MiB; to be called in a fresh process."""
    out.mkdir()
    stream, vocabulary = TokenStream.load(tokens, "train"), Vocabulary.load(tokens / "vocabulary.tsv")
    seconds = counter(stream, len(vocabulary), out)
    memory = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return seconds, memory / 1024


def write_made_up_tokens(folder: Path, tokens: int) -> None:
    """Independent words; the word of rank r has a frequency in proportion to 1 / r."""
    random = np.random.Generator(np.random.PCG64(1))
    chances = np.cumsum(1 / np.arange(1, VOCABULARY_SIZE - EOS_ID))
    ids = (FIRST_WORD + np.searchsorted(chances, random.random(tokens) * chances[-1])).astype(np.uint16)
    ids[random.random(tokens) < 0.01] = UNK_ID
    TokenStream(ids, np.append(np.arange(0, tokens, SENTENCE), tokens)).save(folder, "train")
    words = ["<unk>", "<eos>", *(f"word{rank}" for rank in range(1, VOCABULARY_SIZE - EOS_ID))]
    Vocabulary(words, np.bincount(ids, minlength=VOCABULARY_SIZE)).save(folder / "vocabulary.tsv")


def same(ours: sparse.csr_array, theirs: sparse.csr_array) -> bool:
    """Whether two matrices have the same cells, and no others are stored."""
    theirs.sort_indices()
    parts = ("indptr", "indices", "data")
    return ours.shape == theirs.shape and all(np.array_equal(getattr(ours, p), getattr(theirs, p)) for p in parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="TOKENS", nargs="?", type=Path, help="tokens; default: made up")
    parser.add_argument("--tokens", type=int, default=5_000_000, help="length of the made-up text")
    parser.add_argument("--window", type=int, default=5, help="words on each side")
    parser.add_argument("--threads", type=int, default=2, help="for the second row of Firth")
    choices = parser.parse_args()
    os.environ["TQDM_DISABLE"] = "1"
    contenders: dict[str, Counter] = {
        "hyperhyper": partial(hyperhyper_counts, window=choices.window),
        "NumPy and SciPy": partial(numpy_counts, window=choices.window),
        "firth, 1 thread": partial(firth_counts, window=choices.window, threads=1),
        f"firth, {choices.threads} threads": partial(firth_counts, window=choices.window, threads=choices.threads),
    }
    with tempfile.TemporaryDirectory() as name:
        folder, tokens = Path(name), choices.folder
        if tokens is None:
            tokens = folder / "tokens"
            tokens.mkdir()
            write_made_up_tokens(tokens, choices.tokens)
        length = len(TokenStream.load(tokens, "train").ids)
        rates: dict[str, float] = {}
        print(f"{length:,} tokens, window {choices.window}, {os.cpu_count()} cores")
        print(f"{'':24}{'seconds':>10}{'tokens a second':>18}{'memory (MiB)':>15}")
        for contender, counter in contenders.items():
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
                seconds, memory = fresh.submit(measure, counter, tokens, folder / contender).result()
            rates[contender] = length / seconds
            print(f"{contender:24}{seconds:10.1f}{rates[contender]:18,.0f}{memory:15,.0f}", flush=True)
        peers, (*_, ours) = list(contenders)[:2], contenders
        counts = load_counts(folder / ours, VOCABULARY_SIZE)[FIRST_WORD:, FIRST_WORD:]
        for peer in peers:
            if not same(counts, sparse.csr_array(sparse.load_npz(folder / peer / "counts.npz"))):
                sys.exit(f"the counts of {peer} and firth differ")
        print(f"all counts are equal: {counts.nnz:,} cells, {counts.data.sum(dtype=np.float64):,.0f} pairs")
    print(f"ratio ({ours}, to hyperhyper): {rates[ours] / rates['hyperhyper']:.1f}")


if __name__ == "__main__":
    main()
