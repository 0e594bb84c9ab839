"""Every stage that measures or shows, on too little or odd text: numbers are null with a reason, and nothing stops."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from markupsafe import escape
from scipy.sparse import csr_array
from stages.effective import settings_of
from stages.small_pairs import save_stream

from firth.ask.summary import print_summary
from firth.lm.networks import build
from firth.measures.headline_numbers import is_headline
from firth.params.dynamic_evaluation_params import DynamicEvaluation
from firth.params.experiment import Params, load_params
from firth.params.lm_section import LmOverrides
from firth.params.model_names import NETWORKS, SPACES
from firth.params.models_params import ModelsParams
from firth.params.saliency_params import SaliencyParams
from firth.params.task_names import TASKS
from firth.seq2seq.encoder_decoder import Configuration, EncoderDecoder, save
from firth.stages import (
    evaluate_lm,
    evaluate_seq2seq,
    evaluate_vectors,
    gradients,
    headline,
    ngram,
    report,
    saliency,
)
from firth.tables import read_csv, write_metrics, write_table
from firth.text.sides import SIDES
from firth.text.text_form import TextForm
from firth.text.vocabulary import EOS, PAD, UNK, Vocabulary, vocabulary_file
from firth.vectors.counting.count_matrix import write_rows
from firth.vectors.keyed_vectors import save_vectors
from firth.workspace import Workspace, write_text

PARAMS = Path(__file__).parents[2] / "params.yaml"
WORDS = [UNK, EOS, PAD, "dog"]
DOG, UNKNOWN = 3, 0
MODELS = ModelsParams(
    networks=["feedforward", "rnn", "lstm", "transformer"],
    recurrent_networks=["rnn", "lstm"],
    language_models=["ngram", "feedforward", "rnn", "lstm", "transformer"],
    tasks=[*TASKS],
    attentions=["none", "dot"],
)
AGREEMENT = "prefix\tcorrect\twrong\tattractors\tintervening_nouns\tdistance\tadjacent_attractor\tneutral\n"
QUESTION: dict[str, Any] = {"story": ["dog"], "question": "dog", "answer": "dog", "supporting": [], "task": None}

Sentences = list[list[int]]


@dataclass
class Poor:
    """A text of few or odd sentences, for every role.

    Attributes
    ----------
    held_out : validation and test text of the language models.
    pairs : sources and targets of the only test text.
    """

    held_out: Sentences
    pairs: list[tuple[list[int], list[int]]]
    world: bool = False
    language: str = "en"
    vectors: list[str] = field(default_factory=lambda: ["dog"])
    gold: str = ""
    classes: str = ""
    agreement: str = ""


TEXTS = {
    "nothing": Poor([], [], vectors=[]),
    "nothing of the world": Poor([], [], world=True, vectors=[]),
    "one word": Poor([[DOG]], [([DOG], [DOG])], language="fr", gold="dog\tdog\t1\n", classes="dog\tdog\tanimal\n"),
    "unknown words": Poor(
        [[UNKNOWN] * 70],
        [([UNKNOWN], [UNKNOWN]), ([], []), ([DOG], []), ([], [DOG])],
        world=True,
        gold="cat\tcow\t1\n",
        classes="cat\tcat\tanimal\n",
        agreement="dog\tdog\tdog\t1\t0\t1\t1\t0\n",
    ),
}


@pytest.fixture
def params() -> Params:
    params = load_params(PARAMS)
    lm = {
        "embedding_size": 4, "hidden_size": 4, "layers": 1, "context_size": 2, "adaptive_softmax_cutoffs": [],
        "heads": 1, "initial_embeddings": "random",
        "dynamic_evaluation": DynamicEvaluation(learning_rate=0.01, decay=0.1, segment_length=5),
    }  # fmt: skip
    seq2seq = {"embedding_size": 4, "hidden_size": 4, "layers": 1, "max_length": 4, "initial_embeddings": "random"}
    changes: dict[str, Any] = {
        "threads": 1,
        "compute": params.compute.model_copy(update={"accelerator": "cpu"}),
        "models": MODELS,
        "evaluation": params.evaluation.model_copy(update={"gold_sets": ["men", "google-analogies"]}),
        "lm": params.lm.model_copy(update=lm),
        "lm_overrides": LmOverrides.model_validate({network: {} for network in NETWORKS}),
        "seq2seq": params.seq2seq.model_copy(update=seq2seq),
        "saliency": SaliencyParams(translation=["dog", ""], qa=[]),
    }
    return params.model_copy(update=changes)


def make(workspace: Workspace, params: Params, poor: Poor) -> None:
    """What the learning stages would have written, with untrained networks."""
    for role in ("embeddings", "lm", "translation", "qa"):
        corpus = {"name": "poor", "language": poor.language, "tokenized": True, "world": poor.world}
        write_text(workspace.raw(role) / "corpus.json", json.dumps(corpus))
        write_metrics(workspace.raw(role) / "metrics.json", {})
        write_metrics(workspace.tokens(role) / "metrics.json", {})
        write_table(workspace.tokens(role) / "statistics.csv", pd.DataFrame({"split": ["train"], "tokens": [1]}))
        TextForm(True, True, poor.language, poor.world, "words").save(workspace.tokens(role))
    make_word_vectors(workspace, poor)
    make_language_models(workspace, params, poor)
    make_encoder_decoders(workspace, params, poor)


def make_word_vectors(workspace: Workspace, poor: Poor) -> None:
    raw, words = workspace.raw("embeddings"), [UNK, EOS, *poor.vectors]
    Vocabulary(words, [0, 1, *[1] * len(poor.vectors)]).save(workspace.tokens("embeddings") / "vocabulary.tsv")
    save_stream(workspace.tokens("embeddings"), "train", [])
    write_text(raw / "gold" / "men.tsv", f"word1\tword2\tscore\n{poor.gold}")
    write_text(raw / "gold" / "google-analogies.txt", "")
    write_text(raw / "classes.tsv", f"form\tlemma\tclass\n{poor.classes}")
    counts = csr_array((len(words), len(words)), dtype=np.int32)  # no word has a neighbor
    workspace.model("counts").mkdir(parents=True)
    write_rows(workspace.model("counts"), [(np.diff(counts.indptr), counts.indices, counts.data)], np.float32)
    sizes = {"cells": 4, "nonzeros": 0, "density": 0.0, "bytes_dense": 16, "bytes_sparse": 12}
    write_metrics(workspace.model("counts") / "metrics.json", sizes)
    for space in ("svd", "word2vec"):
        workspace.model(space).mkdir(parents=True)
        save_vectors(poor.vectors, np.ones((len(poor.vectors), 2)), workspace.model(space))
        write_metrics(workspace.model(space) / "metrics.json", {})


def make_language_models(workspace: Workspace, params: Params, poor: Poor) -> None:
    raw, tokens = workspace.raw("lm"), workspace.tokens("lm")
    write_text(raw / "text" / "test.txt", "dog\n" * len(poor.held_out))
    Vocabulary(WORDS, [1] * len(WORDS)).save(tokens / "vocabulary.tsv")
    for split, sentences in (("train", [[DOG]]), ("valid", poor.held_out), ("test", poor.held_out)):
        save_stream(tokens, split, sentences)
        (raw / "log_probabilities").mkdir(exist_ok=True)
        np.save(raw / "log_probabilities" / f"{split}.npy", np.zeros(len(sentences)))
    write_text(raw / "agreement.tsv", AGREEMENT + poor.agreement)
    ngram.run(settings_of(params, "ngram"), workspace)
    for network in MODELS.networks:
        folder = workspace.model(f"lm-{network}")
        folder.mkdir(parents=True)
        build(network, len(WORDS), params.lm.of_network(network)).save(folder)
        make_curve(folder)


def make_encoder_decoders(workspace: Workspace, params: Params, poor: Poor) -> None:
    for task in TASKS:
        raw, tokens = workspace.raw(task) / "text", workspace.tokens(task)
        for number, side in enumerate(SIDES):
            Vocabulary(WORDS, [1] * len(WORDS)).save(vocabulary_file(tokens, side))
            sentences = [pair[number] for pair in poor.pairs]
            save_stream(tokens, f"test.{side}", sentences)
            lines = (" ".join(WORDS[token] for token in sentence) for sentence in sentences)
            write_text(raw / f"test.{side}.txt", "".join(f"{line}\n" for line in lines))
        question = json.dumps({**QUESTION, "last_place": None}) + "\n"
        write_text(raw / "test.jsonl", question * len(poor.pairs))
        write_text(raw / "train.jsonl", question if poor.pairs else "")
        for attention in MODELS.attentions:
            folder = workspace.model(f"seq2seq-{task}-{attention}")
            folder.mkdir(parents=True)
            save(EncoderDecoder(Configuration(attention, len(WORDS), len(WORDS), params.seq2seq.training())), folder)
            make_curve(folder)


def make_curve(folder: Path) -> None:
    curve = {"epoch": [1], "train_loss": [1.0], "valid_loss": [1000.0], "valid_perplexity": [np.inf]}
    write_table(folder / "curve.csv", pd.DataFrame(curve))
    write_metrics(folder / "metrics.json", {"parameters": 1, "best_epoch": 1})


def measure_and_show(workspace: Workspace, params: Params) -> None:
    for space in SPACES:
        evaluate_vectors.run(settings_of(params, "evaluate_vectors", space), workspace, space)
    for model in MODELS.language_models:
        evaluate_lm.run(settings_of(params, "evaluate_lm", model), workspace, model)
    for network in MODELS.recurrent_networks:
        gradients.run(settings_of(params, "gradients", network), workspace, network)
    for task in TASKS:
        for attention in MODELS.attentions:
            evaluate_seq2seq.run(settings_of(params, "evaluate_seq2seq", task, attention), workspace, task, attention)
            saliency.run(settings_of(params, "saliency", task, attention), workspace, task, attention)
    headline.run(settings_of(params, "headline"), workspace)
    report.run(settings_of(params, "report"), workspace)


@pytest.mark.parametrize("name", TEXTS)
def test_numbers_are_null_with_a_reason_and_everything_goes_on(
    name: str, params: Params, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = Workspace(tmp_path)
    make(workspace, params, TEXTS[name])
    measure_and_show(workspace, params)
    log = capsys.readouterr().err
    for folder in workspace.evaluation("").iterdir():
        metrics = json.loads((folder / "metrics.json").read_text())
        missing = [number for number, value in metrics.items() if value is None]
        reasons = read_csv(folder / "not_measured.csv") if missing else pd.DataFrame(columns=["number", "reason"])
        assert sorted(reasons["number"]) == sorted(missing)
        assert all(f"not measured: {reason}\n" in log for reason in reasons["reason"])
    numbers = json.loads(workspace.headline.read_text())
    gathered = read_csv(workspace.details / "not_measured.csv").set_index("number")["reason"]
    null = {number for number, value in numbers.items() if value is None}
    assert null == {number for number in gathered.index if is_headline(number)} and null
    page = workspace.page.read_text()
    assert all(escape(reason) in page for reason in set(gathered))
    write_text(workspace.params, PARAMS.read_text())
    print_summary(workspace)
    assert f"not measured: {gathered.index[0]}" in capsys.readouterr().out
