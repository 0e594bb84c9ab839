"""How time and memory of the word vectors' stages grow with the text: an eighth, a quarter, half, and all of it.

    python benchmarks/scaling.py TEXT [--vocabulary 20000] [--repetitions 1]

TEXT is plain (or .gz, .xz), one paragraph a line. Each stage runs as `dvc repro` runs it, in a process of its own, on
the first lines; the vocabulary has the same size throughout, dimension 100, window 5, one epoch. Starting, importing
and compiling take the same time whatever the text, so what counts is the time of each additional word: the last line is
the ratio of that between a half and all of the text to that between an eighth and a quarter (1 is linear growth).
"""

import argparse
import gzip
import hashlib
import lzma
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ruamel.yaml import YAML

from firth.text.streams import TokenStream

STAGES = (("tokenize", "embeddings"), ("cooccurrence",), ("svd",), ("word2vec",))
PARTS = (8, 4, 2, 1)
ROOT = Path(__file__).parents[1]
COMMAND = "from firth.cli import main; main()"


def read_lines(text: Path) -> list[bytes]:
    content = text.read_bytes()
    unpacked = {".gz": gzip.decompress, ".xz": lzma.decompress}.get(text.suffix, bytes)(content)
    return unpacked.splitlines(keepends=True)


def prepare(folder: Path, lines: list[bytes], vocabulary: int) -> None:
    """An experiment on some lines, as far as its download."""
    content = b"".join(lines)
    (folder / "text.txt").write_bytes(content)
    yaml = YAML()
    params = yaml.load(ROOT / "params.yaml")
    checksum = hashlib.sha256(content).hexdigest()
    params["corpora"]["embeddings"] = {"path": str(folder / "text.txt"), "sha256": checksum}
    params["tokens"]["embeddings"]["max_size"] = vocabulary
    params["svd"]["dimension"] = params["word2vec"]["dimension"] = 100
    params["word2vec"].update(epochs=1, batch_size=2**20)
    params["threads"] = 2
    yaml.dump(params, folder / "params.yaml")
    shutil.copy(ROOT / "dvc.yaml", folder)
    for stage in (("code",), ("check",), ("download", "embeddings")):
        measure(folder, stage)


def measure(folder: Path, stage: tuple[str, ...]) -> tuple[float, float]:
    """Seconds and peak memory (MB) of one stage."""
    start = time.perf_counter()
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-c", COMMAND, *stage], cwd=folder, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(stage)} failed:\n{(folder / 'log').read_text()}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", type=Path)
    parser.add_argument("--vocabulary", type=int, default=20_000)
    parser.add_argument("--repetitions", type=int, default=1, help="the fastest counts")
    choices = parser.parse_args()
    lines = read_lines(choices.text)
    names = [stage[0] for stage in STAGES]
    print(f"{'part':>6}{'words':>14}" + "".join(f"{name:>22}" for name in [*names, "all"]))
    words, seconds = {}, {}
    for part in PARTS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            prepare(folder, lines[: len(lines) // part], choices.vocabulary)
            runs = [[measure(folder, stage) for stage in STAGES] for _ in range(choices.repetitions)]
            words[part] = len(TokenStream.load(folder / "data" / "tokens" / "embeddings", "train").ids)
        best = [min(run[place][0] for run in runs) for place in range(len(STAGES))]
        peaks = [max(run[place][1] for run in runs) for place in range(len(STAGES))]
        seconds[part] = sum(best)
        cells = [f"{time_:.1f} s {peak:,.0f} MB" for time_, peak in zip(best, peaks, strict=True)]
        row = "".join(f"{cell:>22}" for cell in [*cells, f"{sum(best):.1f} s {max(peaks):,.0f} MB"])
        print(f"{f'1/{part}':>6}{words[part]:14,}{row}", flush=True)
    last, first = ((seconds[a] - seconds[b]) / (words[a] - words[b]) for a, b in ((1, 2), (4, 8)))
    print(f"ratio (nanoseconds per additional word, {1e9 * last:.0f} to {1e9 * first:.0f}): {last / first:.2f}")


if __name__ == "__main__":
    main()
