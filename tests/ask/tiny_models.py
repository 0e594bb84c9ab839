"""Experiments with tiny models that have random weights, in the folders where the stages write theirs."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch

from firth.lm.language_network import LanguageNetwork
from firth.lm.networks import build
from firth.ngram.kneser_ney import train_kneser_ney
from firth.params.experiment import load_params
from firth.params.model_names import Network
from firth.params.task_names import Attention, Task
from firth.params.tokens_params import Segmentation, TextTokens
from firth.seq2seq.encoder_decoder import Configuration, EncoderDecoder, save
from firth.text.corpus_streams import make_streams
from firth.text.sides import SIDES
from firth.text.streams import TokenStream
from firth.text.subwords import train_subwords
from firth.text.text_encoding import subwords_file
from firth.text.text_form import TextForm
from firth.text.tokenizer import words
from firth.text.vocabulary import EOS, PAD, UNK, Vocabulary, vocabulary_file
from firth.workspace import Workspace

PARAMS = Path(__file__).parents[2] / "params.yaml"

TOKENS = ["<unk>", "<eos>", "the", ".", "dog", "cats", "runs", "run", "near"]
SENTENCES = ["The dog runs.", "The cats run.", "The dog near the cats runs.", "Cats run near the dog."]

TRANSLATED = ["Mary eats apples.", "Emma eats a red apple in the kitchen.", "Tim sees Mary.", "Mary sees the red cats."]
STORY = ["Tim is in the garden.", "Mary is in the kitchen."]
QUESTIONS = ["Where is Tim?", "Where is Mary?", "Is Mary in the garden?"]
LONGEST: dict[Task, int] = {"translation": 100, "qa": 20}  # tokens of a source in training
SEARCH = {"beam_size": 1, "length_penalty": 0.6, "max_length": 9}


def encoded(lines: Iterable[list[str]]) -> TokenStream:
    """Sentences of tokens as ids of ``TOKENS``."""
    sentences = list(lines)
    ids = Vocabulary(TOKENS, [1] * len(TOKENS)).encode(word for words in sentences for word in words)
    return TokenStream(ids, np.cumsum([0, *map(len, sentences)]))


def plain(lines: Iterable[str]) -> TokenStream:
    """Sentences like ``SENTENCES`` as ids of ``TOKENS``."""
    return encoded(line.lower().replace(".", " .").split() for line in lines)


def small_network(network: Network, size: int) -> LanguageNetwork:
    """An untrained network for a vocabulary of this size."""
    small = {"embedding_size": 12, "hidden_size": 12, "layers": 1, "context_size": 3, "adaptive_softmax_cutoffs": []}
    return build(network, size, load_params(PARAMS).lm.model_copy(update=small).of_network(network))


def add_network(folder: Path, network: Network, size: int = len(TOKENS), name: str = "") -> None:
    """Write models/lm-NETWORK, or models/lm-NAME."""
    torch.manual_seed(len(network))
    built = small_network(network, size)
    with torch.no_grad():
        for weight in built.parameters():
            weight.mul_(4)
    target = folder / "models" / f"lm-{name or network}"
    target.mkdir(parents=True)
    built.save(target)


def build_language_models(folder: Path) -> Workspace:
    """An n-gram model, an Elman network and an LSTM."""
    workspace = Workspace(folder)
    workspace.params.write_bytes(PARAMS.read_bytes())
    for path in (workspace.tokens("lm"), workspace.model("lm-ngram")):
        path.mkdir(parents=True)
    TextForm(True, False, "en", False, "words").save(workspace.tokens("lm"))
    Vocabulary(TOKENS, range(len(TOKENS), 0, -1)).save(workspace.tokens("lm") / "vocabulary.tsv")
    train_kneser_ney(plain(SENTENCES * 5), len(TOKENS), 3).save(workspace.model("lm-ngram"))
    add_network(folder, "rnn")
    add_network(folder, "lstm")
    return workspace


def build_segmented_model(folder: Path, segmentation: Segmentation) -> Workspace:
    """An n-gram model of characters or subwords."""
    workspace = Workspace(folder)
    workspace.params.write_bytes(PARAMS.read_bytes())
    raw, tokens = workspace.raw("lm") / "text", workspace.tokens("lm")
    for path in (raw, tokens, workspace.model("lm-ngram")):
        path.mkdir(parents=True)
    for split in ("train", "valid", "test"):
        (raw / f"{split}.txt").write_text("\n".join(SENTENCES * 5))
    settings = TextTokens(segmentation=segmentation, lowercase=True, min_count=1, max_size=300)
    form = TextForm(True, False, "en", False, segmentation)
    form.save(tokens)
    make_streams(workspace.raw("lm"), tokens, "lm", settings, form, 1)
    size = len(Vocabulary.load(vocabulary_file(tokens)))
    train_kneser_ney(TokenStream.load(tokens, "train"), size, 3).save(workspace.model("lm-ngram"))
    return workspace


def add_encoder_decoder(workspace: Workspace, task: Task, attention: Attention, size: int) -> None:
    """Write models/seq2seq-TASK-ATTENTION and the settings of its evaluation."""
    torch.manual_seed(len(attention))
    small = {"embedding_size": 8, "hidden_size": 16, "layers": 1, "batch_size": 3}
    section = load_params(PARAMS).seq2seq.model_copy(update=small)
    network = EncoderDecoder(Configuration(attention, size, size, section.training()))
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(3)
    folder = workspace.model(f"seq2seq-{task}-{attention}")
    folder.mkdir(parents=True)
    save(network, folder)
    workspace.settings.mkdir(exist_ok=True)
    evaluation = {"threads": 1, "precision": "32-true", "search": SEARCH}
    (workspace.settings / f"evaluate_seq2seq-{task}-{attention}.json").write_text(json.dumps(evaluation))
    (workspace.settings / f"seq2seq-{task}-{attention}.json").write_text("{}")


def build_encoder_decoders(folder: Path) -> Workspace:
    """Two models of translation, on subwords, and one of question answering, on words."""
    workspace = Workspace(folder)
    workspace.params.write_bytes(PARAMS.read_bytes())
    for task, longest in LONGEST.items():
        workspace.tokens(task).mkdir(parents=True)
        TokenStream(np.zeros(longest, np.uint16), np.array([0, longest])).save(workspace.tokens(task), "train.source")
    form = TextForm(lowercase=False, tokenized=False, language="en", world=False, segmentation="subwords")
    form.save(workspace.tokens("translation"))
    subwords = train_subwords([TRANSLATED], 300, lowercase=False)
    ids = [token for line in subwords.encode_lines(TRANSLATED) for token in line]
    counts = np.bincount(ids, minlength=len(subwords.pieces))
    for side in SIDES:
        subwords.save(subwords_file(workspace.tokens("translation"), side))
        Vocabulary(subwords.readable, counts).save(vocabulary_file(workspace.tokens("translation"), side))
    add_encoder_decoder(workspace, "translation", "none", len(subwords.pieces))
    add_encoder_decoder(workspace, "translation", "additive", len(subwords.pieces))

    TextForm(False, False, "en", False, "words").save(workspace.tokens("qa"))
    types = sorted({word for line in [*STORY, *QUESTIONS] for word in words(line, False)})
    for side in SIDES:
        vocabulary = Vocabulary([UNK, EOS, PAD, *types], [0, 1, 0, *[1] * len(types)])
        vocabulary.save(vocabulary_file(workspace.tokens("qa"), side))
    add_encoder_decoder(workspace, "qa", "none", len(types) + 3)
    return workspace
