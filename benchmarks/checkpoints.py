"""The cost of a checkpoint within an epoch, as a share of the time between two of them.

    python benchmarks/checkpoints.py [--weights 24000000] [--minutes 2] [--turns 7] [--folder checkpoints]

A checkpoint of a training with Adam holds the weights, both moments and the best weights so far, four numbers for each
weight. The default is the number of weights of the AWD-LSTM on the Penn Treebank (Merity et al. 2017, table 1). Each
turn writes a checkpoint whole and waits until the disk has it.
"""

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

import torch

from firth.training.checkpoints import LAST, WholeCheckpoints


def seconds(weights: int, folder: Path) -> float:
    """The time to write one checkpoint."""
    content = {name: torch.rand(weights) for name in ("weights", "first_moments", "second_moments", "best_weights")}
    start = time.monotonic()
    WholeCheckpoints().save_checkpoint(content, folder / LAST)
    return time.monotonic() - start


def main() -> None:
    """Print the times and the share."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=int, default=24_000_000)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=Path("checkpoints"))
    options = parser.parse_args()
    options.folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        times = sorted(seconds(options.weights, Path(name)) for _ in range(options.turns))
        size = (Path(name) / LAST).stat().st_size
    print(f"{size / 1e6:.0f} MB; seconds: {', '.join(f'{time:.2f}' for time in times)}; median {median(times):.2f}")
    print(f"share of the time between checkpoints: {median(times) / (60 * options.minutes + median(times)):.4f}")


if __name__ == "__main__":
    main()
