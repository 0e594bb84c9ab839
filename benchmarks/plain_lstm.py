"""LSTM language models: Firth's training beside the plain recipe, a loop of one's own over ``torch.nn.LSTM``.

    python benchmarks/plain_lstm.py data/tokens/lm [--hidden 200] [--layers 2] [--turns 5] [--steps 300 | --epoch]
                                    [--precision 32-true|bf16-mixed] [--accelerator cpu|gpu]

TOKENS is a folder that `dvc repro tokenize@lm` has written for the Penn Treebank. Both train the same model from the
same weights on the same windows: embeddings and layers of one size, an output matrix of its own, the whole softmax,
dropout 0.2, SGD at rate 20, gradients clipped at norm 0.25, 20 columns of text, windows of 35 tokens. Firth's mask of
dropout holds for a whole window, the plain recipe's for one token; beside the steps, Firth's time covers Lightning,
logs and the checkpoint at the end. They take turns, each from the start on and in a fresh process with the same number
of threads, Firth's set up as its command line does it; the ratio is of the medians of tokens a second. With --epoch
there is one turn each, an epoch long, and then the perplexity on the validation text, read as one stream; if the two
differ by more than 1 %, the exit status is 1.

Before the ratio stands what bounds both: the matrix products of a step alone, in the precision of the training and with
all time steps of the recurrence at once, and a single square product (2,048 rows on a CPU, 8,192 on a GPU), whose rate
is the ceiling that the other rates are a share of. A model of a layer's size H, L layers and V words multiplies
6 (H V + 8 L H²) numbers a token, forwards and backwards, and adds as many.
"""

import argparse
import math
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Literal

from firth.params.compute_params import ComputeParams
from firth.params.lm_params import RecurrentParams
from firth.process import fix_threads, use_huge_pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from torch import nn

    from firth.lm.language_network import LanguageNetwork

Accelerator = Literal["cpu", "gpu"]

COLUMNS, WINDOW = 20, 35
RATE, CLIP = 20.0, 0.25
TOLERANCE = 0.01  # relative difference of perplexities
READ = 1024  # validation tokens at a time
PRECISIONS = ("32-true", "bf16-mixed")
DEVICES: dict[Accelerator, str] = {"cpu": "cpu", "gpu": "cuda"}
SQUARE: dict[Accelerator, int] = {"cpu": 2048, "gpu": 8192}  # rows of the product whose rate is the ceiling
REPETITIONS = 15  # of each product


def settings(hidden: int, layers: int, dropout: float) -> RecurrentParams:
    """The plain recipe as a section ``lm``."""
    return RecurrentParams(
        embedding_size=hidden,
        hidden_size=hidden,
        layers=layers,
        tied_embeddings=False,
        adaptive_softmax_cutoffs=[],
        initial_embeddings="random",
        embedding_dropout=0.0,
        input_dropout=dropout,
        hidden_dropout=dropout,
        output_dropout=dropout,
        weight_dropout=0.0,
        activation_regularization=0.0,
        temporal_activation_regularization=0.0,
        batch_size=COLUMNS,
        bptt_length=WINDOW,
        random_bptt=False,
        optimizer="sgd",
        learning_rate=RATE,
        schedule="constant",
        weight_decay=0.0,
        averaging_interval=0,
        gradient_clip_norm=CLIP,
        max_epochs=1,
        patience=1,
    )


def plain_model(network: "LanguageNetwork", dropout: float) -> "nn.ModuleDict":
    """The modules of the plain recipe, with the weights of Firth's network."""
    from torch import nn

    size, layers = network.params.hidden_size, network.params.layers
    model = nn.ModuleDict(
        {
            "embedding": nn.Embedding(network.vocabulary_size, size),
            "dropout": nn.Dropout(dropout),
            "lstm": nn.LSTM(size, size, layers, dropout=dropout if layers > 1 else 0.0),
            "decoder": nn.Linear(size, network.vocabulary_size),
        }
    )
    weights = network.state_dict()
    renamed = {"embedding.weight": weights["embedding.weight"]}
    renamed |= {f"decoder.{name}": weights[f"output.{name}"] for name in ("weight", "bias")}
    for name in model["lstm"].state_dict():  # weight_ih_l1 is Firth's layers.1.weight_ih_l0
        kind, layer = name.rsplit("_l", 1)
        renamed[f"lstm.{name}"] = weights[f"layers.{layer}.{kind}_l0"]
    model.load_state_dict(renamed)
    return model


def train_plain(
    network: "LanguageNetwork", ids: "NDArray", precision: str, accelerator: Accelerator
) -> "tuple[float, Callable[[NDArray], float]]":
    """Seconds for one pass over a text; what then gives the nats a token of another."""
    import torch
    from torch.nn import functional as F

    device = DEVICES[accelerator]
    model = plain_model(network, network.params.input_dropout).to(device)
    size, layers = network.params.hidden_size, network.params.layers
    autocast = torch.autocast(device, torch.bfloat16, enabled=precision == "bf16-mixed")

    def read(tokens: torch.Tensor, state: tuple) -> tuple[torch.Tensor, tuple]:
        embedded = model["dropout"](model["embedding"](tokens))
        hidden, state = model["lstm"](embedded, state)
        scores = model["decoder"](model["dropout"](hidden))
        return F.log_softmax(scores.view(-1, network.vocabulary_size), dim=1), state

    def zeros(columns: int) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.zeros(layers, columns, size, device=device), torch.zeros(layers, columns, size, device=device)

    def nats(text: "NDArray") -> float:
        model.eval()
        tokens, targets = columns_of(text, 1, device)
        state, total = zeros(1), 0.0
        with torch.no_grad():
            for start in range(0, len(tokens), READ):
                scores, state = read(tokens[start : start + READ], state)
                total += F.nll_loss(scores, targets[start : start + READ].view(-1), reduction="sum").item()
        return total / len(text)

    tokens, targets = columns_of(ids, COLUMNS, device)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    model.train()
    state = zeros(COLUMNS)
    start = time.perf_counter()
    for first in range(0, len(tokens), WINDOW):
        state = (state[0].detach(), state[1].detach())
        optimizer.zero_grad()
        with autocast:
            scores, state = read(tokens[first : first + WINDOW], state)
            loss = F.nll_loss(scores, targets[first : first + WINDOW].reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
    wait_for(accelerator)
    return time.perf_counter() - start, nats


def train_firth(
    network: "LanguageNetwork", ids: "NDArray", precision: str, accelerator: Accelerator
) -> "tuple[float, Callable[[NDArray], float]]":
    """Seconds for one pass over a text; what then gives the nats a token of another."""
    from pytorch_lightning import Callback

    from firth.lm.language_training import LanguageModelTraining
    from firth.lm.network_scorer import NetworkScorer
    from firth.lm.text_data import TextData
    from firth.measures.perplexity import cross_entropy
    from firth.training.trainer import Run, train

    class Clock(Callback):
        start = end = 0.0

        def on_train_start(self, *_: object) -> None:
            self.start = time.perf_counter()

        def on_train_end(self, *_: object) -> None:
            wait_for(accelerator)
            self.end = time.perf_counter()

    clock = Clock()
    data = TextData(ids, ids[:1], COLUMNS, WINDOW)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compute = ComputeParams(accelerator=accelerator, devices=1, nodes=1, checkpoint_minutes=2)
        run = Run("lm-lstm", folder / "checkpoints", folder / "logs", 1, precision, compute)
        model = LanguageModelTraining(network, network.params)
        train(model, data, run, max_epochs=1, patience=None, observers=[clock])
    return clock.end - clock.start, lambda text: cross_entropy(NetworkScorer(network), text)


def columns_of(ids: "NDArray", columns: int, device: str) -> tuple:
    """Tokens and targets (L, B) as tensors."""
    import torch

    from firth.lm.text_windows import training_columns

    return tuple(torch.from_numpy(part.astype("int64")).to(device) for part in training_columns(ids, columns))


def wait_for(accelerator: Accelerator) -> None:
    """Until a GPU has done what it was asked for."""
    import torch

    if accelerator == "gpu":
        torch.cuda.synchronize()


def words_of(folder: Path) -> int:
    """The size of the vocabulary."""
    from firth.text.vocabulary import Vocabulary

    return len(Vocabulary.load(folder / "vocabulary.tsv"))


def measure(name: str, choices: argparse.Namespace) -> tuple[int, float, float | None]:
    """Tokens, seconds and, after an epoch, perplexity; to be called in a fresh process."""
    fix_threads(choices.threads)
    if name == "firth":
        use_huge_pages()
    import torch  # the libraries read the number of threads on import

    from firth.lm.networks import build
    from firth.text.streams import TokenStream

    train, valid = (TokenStream.load(choices.folder, split).with_sentence_ends() for split in ("train", "valid"))
    if not choices.epoch:
        train = train[: choices.steps * COLUMNS * WINDOW]
    torch.manual_seed(1)
    network = build("lstm", words_of(choices.folder), settings(choices.hidden, choices.layers, choices.dropout))
    learn = train_firth if name == "firth" else train_plain
    seconds, nats = learn(network, train, choices.precision, choices.accelerator)
    return len(train) // COLUMNS * COLUMNS, seconds, math.exp(nats(valid)) if choices.epoch else None


def products(choices: argparse.Namespace) -> tuple[float, float]:
    """Operations a second in the products of a step, and in a square one; to be called in a fresh process."""
    fix_threads(choices.threads)
    use_huge_pages()
    import torch

    kind = torch.bfloat16 if choices.precision == "bf16-mixed" else torch.float32

    def seconds(rows: int, inner: int, columns: int) -> float:
        """Of forwards (rows, inner) · (inner, columns), and backwards by both."""
        inputs, weight, gradient = (
            torch.randn(shape, device=DEVICES[choices.accelerator]).to(kind)
            for shape in ((rows, inner), (columns, inner), (rows, columns))
        )
        total = 0.0
        for left, right in ((inputs, weight.T), (gradient, weight), (gradient.T, inputs)):
            times = []
            for _ in range(REPETITIONS):
                wait_for(choices.accelerator)
                start = time.perf_counter()
                left @ right
                wait_for(choices.accelerator)
                times.append(time.perf_counter() - start)
            total += median(times)
        return total

    size, layers, words = choices.hidden, choices.layers, words_of(choices.folder)
    rows, square = COLUMNS * WINDOW, SQUARE[choices.accelerator]
    step = seconds(rows, size, words) + 2 * layers * seconds(rows, size, 4 * size)
    return rows * operations(choices, words) / step, 6 * square**3 / seconds(square, square, square)


def operations(choices: argparse.Namespace, words: int) -> int:
    """Additions and multiplications of products for a token, forwards and backwards."""
    return 6 * (choices.hidden * words + 8 * choices.layers * choices.hidden**2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="TOKENS", type=Path, help="data/tokens/lm, or another such folder")
    parser.add_argument("--hidden", type=int, default=200, help="units in a layer, and length of an embedding")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--turns", type=int, default=5, help="how often each of them trains")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, default=300, help="in a turn")
    length.add_argument("--epoch", action="store_true", help="one turn, a whole epoch, and perplexities")
    parser.add_argument("--precision", choices=PRECISIONS, default=PRECISIONS[0])
    parser.add_argument("--accelerator", choices=tuple(DEVICES), default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    choices = parser.parse_args()
    rates: dict[str, list[float]] = {"plain": [], "firth": []}
    perplexities: dict[str, float] = {}
    place = f"{choices.threads} threads" if choices.accelerator == "cpu" else "GPU"
    print(f"{choices.layers} x {choices.hidden}, {choices.precision}, {place}, tokens a second")
    for _ in range(1 if choices.epoch else choices.turns):
        for name, values in rates.items():
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
                tokens, seconds, perplexity = fresh.submit(measure, name, choices).result()
            values.append(tokens / seconds)
            print(f"{name:8}{values[-1]:10,.0f}", flush=True)
            if perplexity is not None:
                perplexities[name] = perplexity
                print(f"{name:8}{perplexity:10.2f} perplexity (valid) after {tokens:,} tokens", flush=True)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        alone, ceiling = fresh.submit(products, choices).result()
    each = operations(choices, words_of(choices.folder))
    medians = {name: median(values) for name, values in rates.items()} | {"products": alone / each}
    for name, rate in medians.items():
        print(
            f"{name:8}{rate:10,.0f} median, {rate * each / 1e9:8,.0f} GFLOP/s, {rate * each / ceiling:.2f} of ceiling"
        )
    print(f"ceiling {ceiling / 1e9:29,.0f} GFLOP/s")
    if choices.epoch and abs(perplexities["firth"] / perplexities["plain"] - 1) > TOLERANCE:
        sys.exit("the perplexities of the plain recipe and firth differ")
    print(f"ratio (firth to plain): {medians['firth'] / medians['plain']:.2f}")


if __name__ == "__main__":
    main()
