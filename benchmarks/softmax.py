"""What learning from one word costs in time, by each method, against the size of the vocabulary.

    python benchmarks/softmax.py [--threads 2] [--repetitions 5]

The same losses on the same artificial texts as the study ``studies/dvc.yaml: study_softmax``, which counts their
operations; here a loss and its gradient are timed, by plain autograd on the CPU, and the median of the repetitions is
taken. The optimizer's step is left out, but not the making of a dense gradient. The settings are those of
``studies/params.yaml``.
"""

import argparse
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from firth.params.experiment import load_params
from firth.params.lm_params import FeedForwardParams
from firth.params.study_names import METHODS
from firth.process import fix_threads

if TYPE_CHECKING:
    from firth.studies.learners import Learner

COMPARED_AT = 10_000  # words


def microseconds_a_word(learning: "Learner", repetitions: int) -> float:
    """Median time of a batch's loss and gradient, for each word of the text."""
    times = []
    for _ in range(repetitions + 1):
        start = time.perf_counter()
        learning.loss(learning.batch).backward()
        times.append(time.perf_counter() - start)
        learning.model.zero_grad()
    return 1e6 * median(times[1:]) / learning.words_a_batch  # the first one allocates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=5)
    choices = parser.parse_args()
    fix_threads(choices.threads)
    from firth.studies.learners import (  # libraries read the threads on import
        VectorSettings,
        learner_on_artificial_text,
    )

    params = load_params(Path(__file__).parents[1] / "studies" / "params.yaml")
    assert params.studies is not None
    feed_forward = params.lm_for("feedforward").of_network("feedforward")
    assert isinstance(feed_forward, FeedForwardParams)
    settings = VectorSettings(params.seed, feed_forward, params.word2vec)
    took: dict[tuple[str, int], float] = {}
    print(f"microseconds a word of text\n{'vocabulary':>12}" + "".join(f"{method:>20}" for method in METHODS))
    for size in params.studies.vocabulary_sizes:
        for method in METHODS:
            learning = learner_on_artificial_text(method, size, settings)
            took[method, size] = microseconds_a_word(learning, choices.repetitions)
        print(f"{size:12,}" + "".join(f"{took[method, size]:20.2f}" for method in METHODS))
    ratio = took["feedforward", COMPARED_AT] / took["negative_sampling", COMPARED_AT]
    print(f"ratio (feedforward to negative_sampling, {COMPARED_AT:,} words): {ratio:.1f}")


if __name__ == "__main__":
    main()
