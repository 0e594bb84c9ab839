"""Encoder–decoders: Firth's training and search beside JoeyNMT's, with the same model and the same pieces of text.

    python -m venv joeynmt && joeynmt/bin/python -m pip install joeynmt==2.3.0 lazy_importer importlib_metadata
    python benchmarks/joeynmt.py data/tokens/translation --joeynmt joeynmt/bin/python
                                 [--pairs 6400] [--epochs 4] [--precision 32-true|bf16-mixed]

JoeyNMT wants an environment of its own, as its versions clash with Firth's. TOKENS is a folder that
`dvc repro tokenize@translation` has written; its byte-pair pieces are JoeyNMT's words. The model: embeddings of 256, a
bidirectional GRU encoder of 256 (in each direction), a GRU decoder of 256, additive attention, dropout 0.3, batches of
64 pairs, Adam at 0.001 with the norm of gradients clipped at 1; JoeyNMT feeds attention back into its decoder, which is
its default, Firth does not; Firth's output layer is its target embeddings, JoeyNMT's a matrix of its own; Firth's
learning rate warms up and falls to 0 along a cosine, as it always does, JoeyNMT's stays. Both train for as many epochs
on the first pairs (by default all), each in a process of its own with the same number of threads; validation is a
single batch. Then both write that batch, which does not count, and the first test split, greedily and with a beam of 5,
in batches of 64; Firth's time covers cutting text into pieces, and JoeyNMT's cutting pieces at spaces; loading a model
is in neither. Firth searches in the precision that it trains in.
The ratios are of target pieces (``<eos>`` counted) trained on and of sentences decoded in a second. If Firth's BLEU is
lower than JoeyNMT's, the exit status is 1.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from firth.params.compute_params import ComputeParams
from firth.params.search_params import SearchParams
from firth.params.seq2seq_params import Seq2seqParams
from firth.process import fix_threads, use_huge_pages

if TYPE_CHECKING:
    from firth.seq2seq.pairs import Pairs

SIZE, BATCH, DROPOUT, RATE, CLIP = 256, 64, 0.3, 0.001, 1.0
BEAMS = {"greedy": 1, "beam of 5": 5}
LENGTH_PENALTY = 1.0
LONGEST = 100  # pieces in an output


class Result(NamedTuple):
    """Target pieces trained on in a second, and for each search sentences in a second and the output."""

    trained: float
    decoded: dict[str, float]
    outputs: dict[str, list[str]]


class Choices(NamedTuple):
    """What the command line says."""

    folder: Path
    joeynmt: Path
    pairs: int | None
    epochs: int
    precision: str
    threads: int


def run_firth(choices: Choices) -> Result:
    """To be called in a fresh process."""
    fix_threads(choices.threads)
    use_huge_pages()
    import torch  # the libraries read the number of threads on import
    from pytorch_lightning import Callback

    from firth.seq2seq.encoder_decoder import Configuration, EncoderDecoder
    from firth.seq2seq.pairs import Pairs, test_splits
    from firth.seq2seq.search import decode_all
    from firth.seq2seq.seq2seq_training import Seq2seqData, Seq2seqModule
    from firth.text.streams import TokenStream, from_sentences
    from firth.text.subwords import Subwords
    from firth.text.text_encoding import subwords_file
    from firth.training.trainer import Run, train

    class Clock(Callback):
        start = end = 0.0

        def on_train_start(self, *_: object) -> None:
            self.start = time.perf_counter()

        def on_train_end(self, *_: object) -> None:
            self.end = time.perf_counter()

    settings = Seq2seqParams(
        cell="gru", embedding_size=SIZE, initial_embeddings="random", hidden_size=SIZE, layers=1, dropout=DROPOUT,
        label_smoothing=0.0,
        bidirectional=True, reverse_source=False,
        batch_size=BATCH, batch_type="pairs", learning_rate=RATE, gradient_clip_norm=CLIP, max_epochs=choices.epochs,
        patience=choices.epochs,
    )  # fmt: skip
    subwords = Subwords.load(subwords_file(choices.folder, "target"))
    training = first_pairs(choices)
    valid = Pairs.load(choices.folder, "valid").first(BATCH)
    torch.manual_seed(1)
    network = EncoderDecoder(Configuration("additive", len(subwords.pieces), len(subwords.pieces), settings))
    data = Seq2seqData(training, valid, settings, seed=1)
    clock = Clock()
    with tempfile.TemporaryDirectory() as name:
        compute = ComputeParams(accelerator="cpu", devices=1, nodes=1, checkpoint_minutes=2)
        run = Run("seq2seq", Path(name) / "checkpoints", Path(name) / "logs", 1, choices.precision, compute)
        module = Seq2seqModule(network, settings, choices.epochs * data.steps_per_epoch)
        train(
            module, data, run, max_epochs=choices.epochs, patience=choices.epochs, gradient_clip_norm=CLIP,
            observers=[clock],
        )  # fmt: skip
    pieces = choices.epochs * (len(training.target.ids) + len(training))
    sources = TokenStream.load(choices.folder, f"{test_splits(choices.folder)[0]}.source")
    texts = list(map(subwords.decode, sources.sentences()))
    decoded, outputs = {}, {}
    for search, beam_size in BEAMS.items():
        chosen = SearchParams(beam_size=beam_size, length_penalty=LENGTH_PENALTY, max_length=LONGEST)
        decode_all(network, valid.source, settings, chosen, choices.precision)
        start = time.perf_counter()
        stream = from_sentences(list(subwords.encode_lines(texts)))
        found = decode_all(network, stream, settings, chosen, choices.precision)
        outputs[search] = list(map(subwords.decode, found))
        decoded[search] = len(texts) / (time.perf_counter() - start)
    return Result(pieces / (clock.end - clock.start), decoded, outputs)


def run_joeynmt(choices: Choices) -> Result:
    """JoeyNMT's own commands on text whose words are pieces: ``p17`` is piece 17."""
    from firth.seq2seq.pairs import Pairs, test_splits
    from firth.text.subwords import Subwords
    from firth.text.text_encoding import subwords_file

    subwords = Subwords.load(subwords_file(choices.folder, "target"))
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(choices.threads))

    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        test = Pairs.load(choices.folder, test_splits(choices.folder)[0])
        splits = {"train": first_pairs(choices), "dev": Pairs.load(choices.folder, "valid").first(BATCH), "test": test}
        for split, pairs in splits.items():
            for side, stream in (("src", pairs.source), ("trg", pairs.target)):
                lines = (" ".join(f"p{piece}" for piece in sentence) for sentence in stream.sentences())
                (place / f"{split}.{side}").write_text("\n".join(lines) + "\n")
        words = ["<unk>", "<pad>", "<s>", "</s>", *(f"p{number}" for number in range(3, len(subwords.pieces)))]
        (place / "vocabulary.txt").write_text("\n".join(words) + "\n")

        steps = -(-len(splits["train"]) // BATCH) * choices.epochs

        def write_config(beam_size: int) -> None:
            (place / "config.yaml").write_text(configuration(place, choices.epochs, steps, beam_size))

        def joeynmt(mode: str, *arguments: str) -> str:
            command = [str(choices.joeynmt), "-m", "joeynmt", mode, str(place / "config.yaml"), *arguments]
            done = subprocess.run(command, env={**os.environ, **threads}, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"JoeyNMT: {mode}: {done.stderr[-2000:]}")
            return done.stdout + done.stderr

        write_config(beam_size=1)
        log = joeynmt("train", "--skip-test")
        epochs = re.findall(r"num\. of tokens: (\d+), ([\d.]+)\[sec\]", log)
        trained = sum(int(pieces) for pieces, _ in epochs) / sum(float(seconds) for _, seconds in epochs)
        decoded, outputs = {}, {}
        for search, beam_size in BEAMS.items():
            write_config(beam_size)
            log = joeynmt("test", "--output-path", str(place / "output"))
            seconds = re.findall(r"Generation took ([\d.]+)\[sec\]", log)
            found = (place / "output.test").read_text().removesuffix("\n").split("\n")
            if len(found) != len(test):
                sys.exit(f"JoeyNMT wrote {len(found)} lines for {len(test)} sentences: train it longer")
            outputs[search] = [
                subwords.decode(int(word[1:]) for word in line.split() if word[0] == "p") for line in found
            ]
            decoded[search] = len(found) / float(seconds[-1])
    return Result(trained, decoded, outputs)


def configuration(place: Path, epochs: int, steps: int, beam_size: int) -> str:
    """What JoeyNMT is told, as YAML; one validation, after the last step, so that it keeps a checkpoint."""
    words = f"level: word, voc_file: {place}/vocabulary.txt, max_length: 1000, lowercase: false, normalize: false"
    recurrent = (
        f"type: recurrent, rnn_type: gru, hidden_size: {SIZE}, num_layers: 1, dropout: {DROPOUT}, "
        f"embeddings: {{embedding_dim: {SIZE}, scale: false, dropout: {DROPOUT}}}"
    )
    return f"""
name: benchmark
joeynmt_version: "2.3.0"
model_dir: {place}/model
use_cuda: false
fp16: false
random_seed: 1
data:
  train: {place}/train
  dev: {place}/dev
  test: {place}/test
  dataset_type: plain
  src: {{lang: src, {words}}}
  trg: {{lang: trg, {words}}}
  special_symbols:
    {{unk_token: <unk>, unk_id: 0, pad_token: <pad>, pad_id: 1, bos_token: <s>, bos_id: 2, eos_token: </s>, eos_id: 3}}
testing:
  {{n_best: 1, beam_size: {beam_size}, beam_alpha: {LENGTH_PENALTY}, batch_size: {BATCH}, batch_type: sentence,
   max_output_length: {LONGEST}, eval_metrics: [bleu]}}
training:
  optimizer: adam
  learning_rate: {RATE}
  clip_grad_norm: {CLIP}
  batch_size: {BATCH}
  batch_type: sentence
  normalization: tokens
  scheduling: exponential
  decrease_factor: 1.0
  epochs: {epochs}
  validation_freq: {steps}
  logging_freq: {steps // epochs}
  early_stopping_metric: loss
  print_valid_sents: [0]
  overwrite: true
model:
  initializer: xavier_uniform
  bias_initializer: zeros
  embed_initializer: normal
  embed_init_weight: 0.1
  encoder: {{{recurrent}, bidirectional: true}}
  decoder: {{{recurrent}, hidden_dropout: {DROPOUT}, attention: bahdanau, init_hidden: bridge, input_feeding: true}}
"""


def first_pairs(choices: Choices) -> "Pairs":
    from firth.seq2seq.pairs import Pairs

    pairs = Pairs.load(choices.folder, "train")
    return pairs.first(choices.pairs or len(pairs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="TOKENS", type=Path, help="data/tokens/translation, or another such folder")
    parser.add_argument("--joeynmt", type=Path, required=True, help="the Python of an environment with JoeyNMT")
    parser.add_argument("--pairs", type=int, help="of training, from the first on")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--precision", choices=("32-true", "bf16-mixed"), default="32-true")
    parser.add_argument("--threads", type=int, default=2)
    choices = Choices(**vars(parser.parse_args()))

    import sacrebleu

    from firth.seq2seq.pairs import test_splits
    from firth.text.streams import TokenStream
    from firth.text.subwords import Subwords
    from firth.text.text_encoding import subwords_file

    split = test_splits(choices.folder)[0]
    subwords, targets = (
        Subwords.load(subwords_file(choices.folder, "target")),
        TokenStream.load(choices.folder, f"{split}.target"),
    )
    references = list(map(subwords.decode, targets.sentences()))
    results, scores = {}, {}
    for name, run in (("firth", run_firth), ("JoeyNMT", run_joeynmt)):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
            results[name] = fresh.submit(run, choices).result()
        print(f"{name:8} {results[name].trained:8,.0f} target pieces a second in training", flush=True)
        for search, outputs in results[name].outputs.items():
            scores[name, search] = sacrebleu.corpus_bleu(outputs, [references]).score
            rate = results[name].decoded[search]
            print(f"{name:8} {rate:8,.1f} sentences a second, {search}: BLEU {scores[name, search]:.2f}", flush=True)
    firth, joeynmt = results["firth"], results["JoeyNMT"]
    ratios = {"training": firth.trained / joeynmt.trained}
    ratios |= {search: firth.decoded[search] / joeynmt.decoded[search] for search in BEAMS}
    if any(scores["firth", search] < scores["JoeyNMT", search] for search in BEAMS):
        sys.exit("firth's BLEU is lower than JoeyNMT's")
    print("ratios (firth to JoeyNMT): " + ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()))


if __name__ == "__main__":
    main()
