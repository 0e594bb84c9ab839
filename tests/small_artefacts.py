"""A tiny artefact of every kind in the folders of an experiment, and the public reader of each.

``READERS`` names every file that a stage writes and a stage, a question or the page reads, one of each kind: the tables
of an evaluation have one reader, and so have the streams of ids, the trained networks of one class, and the metrics.

Not covered:

- plain text (``text/*.txt``, words known from training), of which every line in UTF-8 is sound;
- ``items.safetensors``, which is read from DVC's cache by its checksum (``tests/measures/test_scored_items.py``);
- checkpoints, which are no outputs (``tests/training/test_checkpoints.py``);
- params.yaml, dvc.lock and what ``firth`` itself keeps beside them, which have tests of their own.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from ask.tiny_models import SENTENCES, TOKENS, build_encoder_decoders, build_language_models, plain

from firth.ask.loading import load_line_decoder
from firth.lm import networks
from firth.measures.analogies import read_questions
from firth.measures.answers import QuestionRecord
from firth.measures.gathering import gathered_tables, text_statistics, training_tables
from firth.measures.json_records import read_json_lines
from firth.measures.language_evaluation import HeldOutText
from firth.measures.result_columns import typed
from firth.measures.similarity import pair_score
from firth.measures.unit_rows import UnitRows
from firth.measures.word_classes import Lexicon
from firth.ngram.kneser_ney import KneserNey
from firth.report.reading import read_classes, read_corpora, read_samples, read_studies, read_tables
from firth.seq2seq import encoder_decoder
from firth.tables import read_run, write_metrics, write_table
from firth.text.raw_text import raw_lines
from firth.text.streams import TokenStream
from firth.text.text_encoding import TextEncoding
from firth.text.text_form import TextForm
from firth.vectors.counting.count_matrix import load_counts, write_rows
from firth.vectors.keyed_vectors import load_vectors, save_vectors
from firth.workspace import Workspace

QUESTION = {
    "story": ["Tim is here."], "question": "Where is Tim?", "answer": "Here.", "supporting": [0], "last_place": None,
    "task": 1,
}  # fmt: skip
OUTPUT = {"source": "Tim.", "reference": "Tim.", "output": "Tom.", "chrf": 50.5}
CORPUS = {"name": "x", "language": "en", "tokenized": False, "license": "MIT", "citation": "x", "world": True}
Read = Callable[[Workspace], object]


def build_artefacts(folder: Path) -> Workspace:
    """All of them, sound."""
    workspace = build_language_models(folder)
    build_encoder_decoders(folder)
    _write_text(workspace)
    _write_vectors(workspace)
    _write_results(workspace)
    return workspace


def _write_text(workspace: Workspace) -> None:
    raw, tokens, stream = workspace.raw("lm"), workspace.tokens("lm"), plain(SENTENCES)
    TextForm(True, False, "en", True, "words").save(tokens)
    for split in ("train", "test"):
        stream.save(tokens, split)
    statistics = {"split": ["train", "test"], "sentences": 4, "tokens": 17, "words": 17, "characters": 70}
    write_table(tokens / "statistics.csv", pd.DataFrame(statistics))
    (raw / "log_probabilities").mkdir(parents=True)
    np.save(raw / "log_probabilities" / "test.npy", -np.arange(1.0, len(stream) + 1))
    words = [TOKENS[number] for number in stream.with_sentence_ends()]
    rows = [(word, "structure", 0.5, "run" if word == "runs" else "", 0.25) for word in words]
    columns = ["token", "category", "probability", "counterpart", "counterpart_probability"]
    (raw / "token_probabilities").mkdir()
    write_table(raw / "token_probabilities" / "test.tsv", pd.DataFrame(rows, columns=columns), exact=True)
    item = {
        "prefix": "The dog", "correct": "runs", "wrong": "run", "attractors": 0, "intervening_nouns": 0, "distance": 1,
        "adjacent_attractor": 0, "neutral": 0,
    }  # fmt: skip
    write_table(raw / "agreement.tsv", pd.DataFrame([item, {**item, "prefix": "The cats near the dog"}]))
    (raw / "corpus.json").write_text(json.dumps(CORPUS, indent=2))
    (workspace.raw("qa") / "text").mkdir(parents=True)
    for split in ("train", "test"):
        (workspace.raw("qa") / "text" / f"{split}.jsonl").write_text(2 * (json.dumps(QUESTION) + "\n"))
    _write_gold_sets(workspace.raw("embeddings"))


def _write_gold_sets(raw: Path) -> None:
    (raw / "gold").mkdir(parents=True)
    (raw / "gold" / "google.txt").write_text(": grammar\ndog dogs cat cats\n")
    judged = pd.DataFrame({"word1": ["dog", "run"], "word2": ["cats", "runs"], "score": [7.5, 9.25]})
    write_table(raw / "gold" / "wordsim.tsv", judged)
    classes = pd.DataFrame({"form": ["dog", "dogs"], "lemma": "dog", "class": "animal"})
    write_table(raw / "classes.tsv", classes)


def _write_vectors(workspace: Workspace) -> None:
    for name in ("counts", "svd"):
        workspace.model(name).mkdir(parents=True)
    columns, values = np.array([2, 4, 3, 5, 7]), np.array([1.5, 2, 3, 1, 4])
    write_rows(workspace.model("counts"), [(np.array([0, 0, 2, 0, 1, 0, 2, 0, 0]), columns, values)], np.float32)
    save_vectors(TOKENS[2:], np.random.default_rng(0).normal(size=(len(TOKENS) - 2, 3)), workspace.model("svd"))


def _write_results(workspace: Workspace) -> None:
    model, evaluation = workspace.model("lm-rnn"), workspace.evaluation("evaluate_lm-rnn")
    losses = {"epoch": [1, 2], "train_loss": [3.0, 2.0], "valid_loss": [2.5, 2.25], "valid_perplexity": [12.0, 9.5]}
    write_table(model / "curve.csv", pd.DataFrame(losses))
    write_metrics(model / "metrics.json", {"parameters": 99, "best_epoch": 2})
    write_metrics(model / "gradient_norm.json", {"largest": 4.5})
    scores = pd.DataFrame({"split": ["valid", "test"], "tokens": [9, 9], "perplexity": [7.5, 8.5]})
    write_table(evaluation / "perplexity.csv", scores)
    write_metrics(evaluation / "metrics.json", {"test_perplexity": 8.5, "source_perplexity": None})
    write_table(workspace.details / "perplexity.csv", scores.assign(model="rnn"))
    bleu = pd.DataFrame({"task": ["translation"], "attention": "none", "split": "test", "sentences": 1, "bleu": 50.5})
    write_table(workspace.details / "translation.csv", bleu)
    missing = pd.DataFrame({"number": ["dynamic_perplexity"], "reason": "the test text has no sentence"})
    write_table(evaluation / "not_measured.csv", missing)
    write_metrics(workspace.headline, {"lm_rnn_test_perplexity": 8.5, "lm_source_perplexity": None})
    outcome = {"diverged_at_step": None, "valid_perplexity": 9.5}
    clipping = {"gradient_clip_norm": 1.5, "by_learning_rate": {"0.5": outcome}}
    write_metrics(workspace.study_metrics("clipping-clipped"), clipping)
    steps = pd.DataFrame({"learning_rate": [0.5], "step": 10, "train_loss": 6.5, "gradient_norm": 1.5})
    write_table(workspace.study_plot("clipping-clipped"), steps)
    outputs = workspace.evaluation("evaluate_seq2seq-translation-none") / "outputs"
    outputs.mkdir(parents=True)
    (outputs / "test.jsonl").write_text(2 * (json.dumps(OUTPUT) + "\n"))


def _read_network(workspace: Workspace) -> object:
    network = networks.load(workspace.model("lm-rnn"))
    return network(torch.tensor([[1], [2]]), network.initial_state())


def _read_vectors(workspace: Workspace) -> object:
    return load_vectors(workspace.model("svd"))


def _read_text(workspace: Workspace) -> object:
    encoding = TextEncoding.load(workspace.tokens("lm"))
    return TokenStream.load(workspace.tokens("lm"), "train").with_sentence_ends(), list(encoding.encode_lines(["A b."]))


def _read_subwords(workspace: Workspace) -> object:
    encoding = TextEncoding.load(workspace.tokens("translation"), "source")
    return list(encoding.encode_lines(["Mary eats apples."]))


def _held_out(workspace: Workspace) -> HeldOutText:
    return HeldOutText.load(workspace.raw("lm"), workspace.tokens("lm"))


def _read_training(workspace: Workspace) -> object:
    tables = training_tables({"lm-rnn": workspace.model("lm-rnn")})
    return [typed(name, table) for name, table in tables.items()]


def _read_scores(workspace: Workspace) -> object:
    folder = workspace.evaluation("evaluate_lm-rnn")
    tables = gathered_tables({("evaluate_lm", "rnn"): folder})
    return typed("perplexity", tables["perplexity"]), read_run(folder / "metrics.json", flat=True)


def _read_classes(workspace: Workspace) -> object:
    return read_classes(workspace), Lexicon.load(workspace.raw("embeddings") / "classes.tsv")


def _read_similarity(workspace: Workspace) -> object:
    unit = UnitRows(TOKENS[2:], np.eye(len(TOKENS) - 2))
    return pair_score(unit, workspace.raw("embeddings") / "gold" / "wordsim.tsv")


def _read_questions(workspace: Workspace) -> object:
    return read_json_lines(workspace.raw("qa") / "text" / "test.jsonl", QuestionRecord, "download@qa")


READERS: dict[str, Read] = {
    **dict.fromkeys(
        [f"data/tokens/lm/{name}" for name in ("train.ids.npy", "train.offsets.npy", "vocabulary.tsv", "text.json")],
        _read_text,
    ),
    "data/tokens/lm/statistics.csv": lambda w: (text_statistics({"lm": w.tokens("lm")}), _held_out(w).length("test")),
    "data/tokens/translation/source.tokenizer.json": _read_subwords,
    "data/tokens/translation/source.vocabulary.tsv": _read_subwords,
    "data/raw/lm/log_probabilities/test.npy": lambda w: _held_out(w).source_perplexity("test"),
    "data/raw/lm/token_probabilities/test.tsv": lambda w: _held_out(w).token_probabilities("test"),
    "data/raw/lm/agreement.tsv": lambda w: _held_out(w).agreement_items,
    "data/raw/lm/corpus.json": read_corpora,
    "data/raw/qa/text/train.jsonl": lambda w: list(raw_lines(w.raw("qa"), "qa", "train", "source")),
    "data/raw/qa/text/test.jsonl": _read_questions,
    "data/raw/embeddings/classes.tsv": _read_classes,
    "data/raw/embeddings/gold/google.txt": lambda w: read_questions(w.raw("embeddings") / "gold" / "google.txt"),
    "data/raw/embeddings/gold/wordsim.tsv": _read_similarity,
    **dict.fromkeys([f"models/lm-rnn/{name}" for name in ("settings.json", "weights.safetensors")], _read_network),
    **dict.fromkeys(
        [f"models/seq2seq-qa-none/{name}" for name in ("settings.json", "weights.safetensors")],
        lambda w: encoder_decoder.load_for(w.tokens("qa"), w.model("seq2seq-qa-none")),
    ),
    **dict.fromkeys(
        [
            f"models/lm-ngram/{order}-grams.{kind}.npy"
            for order in (1, 2)
            for kind in ("keys", "probabilities", "backoffs")
        ]
        + ["models/lm-ngram/settings.json"],
        lambda w: KneserNey.load(w.model("lm-ngram")).log_probabilities(plain(SENTENCES)),
    ),
    **dict.fromkeys(
        [f"models/counts/{name}.npy" for name in ("indptr", "indices", "data")],
        lambda w: load_counts(w.model("counts"), len(TOKENS)).toarray(),
    ),
    "models/svd/vectors.bin": _read_vectors,
    **dict.fromkeys(
        [f"models/lm-rnn/{name}" for name in ("curve.csv", "metrics.json", "gradient_norm.json")], _read_training
    ),
    **dict.fromkeys(
        [f"evaluations/evaluate_lm-rnn/{name}" for name in ("perplexity.csv", "not_measured.csv", "metrics.json")],
        _read_scores,
    ),
    "evaluations/evaluate_seq2seq-translation-none/outputs/test.jsonl": lambda w: read_samples(
        w, read_tables(w.details)
    ),
    "reports/details/perplexity.csv": lambda w: typed("perplexity", read_tables(w.details)["perplexity"]),
    "reports/details/translation.csv": lambda w: typed("translation", read_tables(w.details)["translation"]),
    "reports/headline.json": lambda w: read_run(w.headline, flat=True),
    "reports/studies/metrics/clipping-clipped.json": read_studies,
    "reports/studies/plots/clipping-clipped.csv": read_studies,
    "settings/evaluate_seq2seq-qa-none.json": lambda w: load_line_decoder(w.model("seq2seq-qa-none")),
}
