"""Text to ids: the stage ``tokenize@embeddings`` beside plain Python loops and gensim's tools.

    python benchmarks/tokenization.py [TEXT] [--megabytes 50] [--processes 2]

Each contender turns a text (one paragraph a line) into a vocabulary of the words seen at least 5 times and a file of
ids, in constant memory; the peers read it twice, to count and then to encode. Times are of the whole, reading and
writing counted. Peers run on one process, as they come; so does Firth in the row from which the ratio is made. gensim
keeps letters alone (its own rule), which gives it fewer tokens to count and store; the rate is of its own tokens.
"""

import argparse
import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from firth.params.compute_params import ComputeParams
from firth.params.settings import Settings
from firth.params.tokens_params import TextTokens
from firth.stages.tokenize import run
from firth.text.streams import TokenStream
from firth.workspace import Workspace

MIN_COUNT = 5
PLAIN_WORD = re.compile(r"\w+|[^\w\s]")


def plain_words(line: str) -> list[str]:
    return PLAIN_WORD.findall(line.lower())


def gensim_words(line: str) -> list[str]:
    from gensim.utils import tokenize

    return list(tokenize(line, lowercase=True))


def loop(text: Path, folder: Path, tokenizer: Callable[[str], list[str]]) -> int:
    """Count, then encode, line by line; returns the number of tokens."""

    def lines() -> Iterator[list[str]]:
        with text.open(encoding="utf-8", newline="\n") as file:
            for line in file:
                yield tokenizer(line)

    counts: Counter[str] = Counter()
    for tokens in lines():
        counts.update(tokens)
    kept = sorted(
        (word for word, count in counts.items() if count >= MIN_COUNT), key=lambda word: (-counts[word], word)
    )
    ids = {word: position for position, word in enumerate(kept, start=2)}
    with (folder / "ids").open("wb") as file:
        for tokens in lines():
            np.array([ids.get(token, 0) for token in tokens], dtype=np.int32).tofile(file)
    return counts.total()


def firth(text: Path, folder: Path, processes: int) -> int:
    """The stage as the pipeline runs it; returns the number of tokens."""
    workspace = Workspace(folder)
    raw = workspace.raw("embeddings")
    (raw / "text").mkdir(parents=True)
    (raw / "corpus.json").write_text(json.dumps({"tokenized": False, "world": False, "language": "en"}))
    (raw / "text" / "train.txt").symlink_to(text.resolve())
    words = TextTokens(segmentation="words", lowercase=True, min_count=MIN_COUNT, max_size=1_000_000)
    values = {"threads": processes, "tokens": words.model_dump()}
    compute = ComputeParams(accelerator="cpu", devices=1, nodes=1, checkpoint_minutes=2)
    run(Settings("tokenize-embeddings", values, "", compute), workspace, "embeddings")
    return len(TokenStream.load(workspace.tokens("embeddings"), "train").ids)


def write_zipf_text(path: Path, megabytes: int) -> None:
    """Made-up words with Zipf's frequencies, with punctuation and capitals, about 20 words a line."""
    random = np.random.Generator(np.random.PCG64(1))
    letters = np.array(list("etaoinshrdlucmfwypvbgkqjxz"))
    lengths = np.minimum(2 + random.poisson(np.linspace(1, 7, 200_000)), 20)
    words = np.array(["".join(random.choice(letters, length)) for length in lengths], dtype=object)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        while file.tell() < megabytes * 1_000_000:
            drawn = words[np.minimum(random.zipf(1.15, 200_000) - 1, len(words) - 1)]
            for line in np.array_split(drawn, 10_000):
                file.write(f"{' '.join(line[:12]).capitalize()}, {' '.join(line[12:])}.\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", nargs="?", type=Path, help="a UTF-8 text, one paragraph a line; default: made up")
    parser.add_argument("--megabytes", type=int, default=50, help="size of the made-up text")
    parser.add_argument("--processes", type=int, default=2, help="for the row of Firth on several processes")
    choices = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = choices.text or folder / "zipf.txt"
        if choices.text is None:
            write_zipf_text(text, choices.megabytes)
        contenders: dict[str, Callable[[Path], int]] = {
            "re.findall + Counter": lambda out: loop(text, out, plain_words),
            "gensim.utils.tokenize + Counter": lambda out: loop(text, out, gensim_words),
            "firth, 1 process": lambda out: firth(text, out, 1),
            f"firth, {choices.processes} processes": lambda out: firth(text, out, choices.processes),
        }
        gensim_words("import it before the clock runs")
        rates = {}
        print(f"{text.stat().st_size / 1e6:.0f} MB\n{'':34}{'tokens':>14}{'seconds':>10}{'tokens a second':>18}")
        for contender, work in contenders.items():
            out = folder / contender.replace(" ", "-")
            out.mkdir()
            start = time.perf_counter()
            tokens = work(out)
            seconds = time.perf_counter() - start
            rates[contender] = tokens / seconds
            print(f"{contender:34}{tokens:14,}{seconds:10.1f}{rates[contender]:18,.0f}")
    peer = max(rate for contender, rate in rates.items() if not contender.startswith("firth"))
    print(f"ratio (firth, 1 process, to the faster peer): {rates['firth, 1 process'] / peer:.2f}")


if __name__ == "__main__":
    main()
