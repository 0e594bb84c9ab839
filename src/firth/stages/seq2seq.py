"""Stage ``seq2seq``: train one encoder–decoder on translation or question answering, and test what it says."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from firth.errors import FirthError
from firth.params.seq2seq import Attention, Task
from firth.report.metrics import write_metrics
from firth.seq2seq.data import Pairs, Seq2seqData, test_splits
from firth.seq2seq.module import Seq2seqModule
from firth.seq2seq.networks import Configuration, initial_network, save
from firth.seq2seq.scores import Question, exact_matches, question_scores, sentence_scores, translation_scores
from firth.seq2seq.search import decode_all
from firth.text.sides import decoder, vocabulary_sizes
from firth.training.reproducibility import derived_seed
from firth.training.trainer import train, training_run
from firth.workspace import Workspace, require, write_text, writing

if TYPE_CHECKING:
    from firth.params.experiment import Params


def run(params: "Params", workspace: Workspace, task: Task, attention: Attention) -> None:
    """Train, decode every test split, and write the model, what it said, its learning curve and its metrics."""
    name, settings = f"seq2seq-{task}-{attention}", params.seq2seq_for(task, attention)
    tokens, raw = require(workspace.tokens(task), f"tokenize@{task}"), workspace.raw(task)
    lowercase = getattr(params.tokens, task).lowercase
    vectors = workspace.model(settings.initial_embeddings) / "vectors.txt"
    torch.manual_seed(derived_seed(params.seed, name, "weights"))
    configuration = Configuration(attention, *vocabulary_sizes(tokens), settings)
    network, covered = initial_network(configuration, task, tokens, vectors)
    data = Seq2seqData(Pairs.load(tokens, "train"), Pairs.load(tokens, "valid"), settings, params.seed)
    module = Seq2seqModule(network, settings, settings.max_epochs * data.steps_per_epoch)

    described = {"attention": attention, "seq2seq": settings.model_dump()}
    inputs = [tokens] if settings.initial_embeddings == "random" else [tokens, vectors]
    with training_run(name, params, workspace, described, inputs) as place:
        history = train(
            module,
            data,
            place,
            max_epochs=settings.max_epochs,
            patience=settings.patience,
            gradient_clip_norm=settings.gradient_clip_norm,
        )

        scores: dict[str, Any] = {}
        said: dict[str, list[dict[str, Any]]] = {}
        for split in test_splits(tokens):
            pairs = Pairs.load(tokens, split)
            outputs = decode_all(network, pairs.source, settings, params.precision)
            test = _test_translation if task == "translation" else _test_answers
            scores[split], said[split] = test(outputs, pairs, split, tokens, raw, lowercase)
        with writing(workspace.model(name)) as folder:
            save(network, folder)
            for split, items in said.items():
                lines = (json.dumps(item, ensure_ascii=False) + "\n" for item in items)
                write_text(folder / "outputs" / f"{split}.jsonl", "".join(lines))
        write_text(workspace.plot(name), history.curve())
        write_metrics(
            workspace.metrics(name),
            {
                "parameters": sum(parameter.numel() for parameter in network.parameters()),
                **({"initial_embeddings_covered": covered} if covered else {}),
                "epochs": len(history.rows),
                "best_epoch": history.best_epoch,
                "valid": {"loss": history.best_loss, "perplexity": math.exp(history.best_loss)},
                **scores,
            },
        )


def _test_translation(
    outputs: list[list[int]], pairs: Pairs, split: str, tokens: Path, raw: Path, lowercase: bool
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Scores against the raw references, in lower case if the model knows no other, and each translation."""
    texts = list(map(decoder(tokens, "target"), outputs))
    sources, references = (_lines(raw / "text" / f"{split}.{side}.txt", len(pairs)) for side in ("source", "target"))
    scored = [reference.lower() for reference in references] if lowercase else references
    items = [
        {"source": source, "reference": reference, "output": text, "chrf": round(chrf, 2)}
        for source, reference, text, chrf in zip(sources, scored, texts, sentence_scores(texts, scored), strict=True)
    ]
    return translation_scores(texts, scored, sources), items


def _test_answers(
    outputs: list[list[int]], pairs: Pairs, split: str, tokens: Path, raw: Path, lowercase: bool
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Scores of the answers, and each of them."""
    readable = decoder(tokens, "target")
    questions = _questions(raw / "text" / f"{split}.jsonl", lowercase)
    if len(questions) != len(pairs):
        raise FirthError(f"{raw}/text/{split}.jsonl: not the text that was tokenized; run `dvc repro tokenize@qa`")
    training = _questions(raw / "text" / "train.jsonl", lowercase)
    texts = list(map(readable, outputs))
    references = [readable(pairs.target.sentence(position).tolist()) for position in range(len(pairs))]
    items = [
        {
            "story": question["story"],
            "question": question["question"],
            "reference": reference,
            "output": text,
            "chrf": round(chrf, 2),
        }
        for question, reference, text, chrf in zip(
            questions, references, texts, sentence_scores(texts, references), strict=True
        )
    ]
    return question_scores(exact_matches(outputs, pairs), questions, training), items


def _lines(path: Path, expected: int) -> list[str]:
    role = path.parent.parent.name
    lines = require(path, f"download@{role}").read_text(encoding="utf-8").split("\n")[:-1]
    if len(lines) != expected:
        raise FirthError(f"{path}: {len(lines)} lines, but {expected} tokenized; run `dvc repro tokenize@{role}`")
    return lines


def _questions(path: Path, lowercase: bool) -> list[Question]:
    lines = require(path, f"download@{path.parent.parent.name}").read_text(encoding="utf-8").split("\n")
    return [json.loads(line.lower() if lowercase else line) for line in lines if line]
