"""Learning from sequences of unequal length on a CPU: Firth's recurrences beside PyTorch's.

    python benchmarks/packed.py [--hidden 128] [--batch 32] [--repetitions 3] [--precision 32-true|bf16-mixed]

Both read the same packed sequences, whose lengths lie evenly between three quarters of T and T, with the same
bidirectional layer and embeddings of 64, and bring a gradient back; the median of the repetitions is taken, the two in
turn. Gradients are compared too: if those of the recurrent weights differ, in 32-true by more than 1e-3 of the largest,
the exit status is 1.
"""

import argparse
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from firth.process import fix_threads, use_huge_pages

LENGTHS = (16, 64, 256, 1024)  # T
EMBEDDING_SIZE = 64
TOLERANCE = 1e-3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--precision", choices=("32-true", "bf16-mixed"), default="32-true")
    parser.add_argument("--threads", type=int, default=2)
    choices = parser.parse_args()
    fix_threads(choices.threads)
    use_huge_pages()
    import torch  # the libraries read the number of threads on import
    from torch import Tensor, nn
    from torch.nn.utils.rnn import pack_padded_sequence

    from firth.kernels.packed_recurrence import read_packed

    def seconds(read: Callable[..., Any], values: Tensor, lengths: Tensor) -> float:
        start = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=choices.precision == "bf16-mixed"):
            outputs, _ = read(pack_padded_sequence(values, lengths, enforce_sorted=False))
            loss = outputs.data.float().sum()
        loss.backward()
        return time.perf_counter() - start

    print(f"{'':6}{'length':>8}{'firth':>12}{'PyTorch':>12}   milliseconds a batch")
    for kind in (nn.RNN, nn.GRU, nn.LSTM):
        for length in LENGTHS:
            torch.manual_seed(1)
            layer = kind(EMBEDDING_SIZE, choices.hidden, bidirectional=True)
            values = torch.randn(length, choices.batch, EMBEDDING_SIZE, requires_grad=True)
            lengths = torch.linspace(0.75 * length, length, choices.batch).long()
            readers = {"firth": lambda sequences, layer=layer: read_packed(layer, sequences), "PyTorch": layer}
            took: dict[str, list[float]] = {name: [] for name in readers}
            gradients = {}
            for _ in range(choices.repetitions + 1):
                for name, read in readers.items():
                    layer.zero_grad()
                    took[name].append(seconds(read, values, lengths))
                    gradients[name] = layer.get_parameter("weight_hh_l0").grad
            firth, pytorch = (median(times[1:]) for times in took.values())  # the first one allocates
            print(f"{kind.__name__:6}{length:8,}{1e3 * firth:12.1f}{1e3 * pytorch:12.1f}", flush=True)
            ours, theirs = gradients["firth"], gradients["PyTorch"]
            assert ours is not None and theirs is not None
            difference = float((ours - theirs).abs().max() / theirs.abs().max())
            if choices.precision == "32-true" and difference > TOLERANCE:
                sys.exit(f"gradients differ by {difference:.1e} of the largest")
    print(f"ratio (PyTorch's time to firth's, LSTM, {length:,} tokens): {pytorch / firth:.1f}")


if __name__ == "__main__":
    main()
