"""Scores of what an encoder–decoder has written for the test texts, as tables, and every output with its reference."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from firth.errors import FirthError
from firth.measures.answers import QuestionRecord, answer_scores, exact_match_by_group, exact_matches
from firth.measures.bleu import (
    bleu_by_source_length,
    bleu_summands,
    metric_signatures,
    sentence_chrf,
    translation_scores,
)
from firth.measures.json_records import read_json_lines
from firth.measures.minimal_pairs import wilson_interval
from firth.measures.paired_bootstrap import score_interval
from firth.measures.scored_items import ScoredItems, digest, share_items
from firth.params.task_names import Task
from firth.seq2seq.pairs import Pairs
from firth.stored_files import read_text
from firth.text.sides import decoder
from firth.text.text_form import TextForm

Outputs = Sequence[Sequence[int]]  # token ids of each output
CHRF_DECIMALS = 2
Scored = tuple[dict[str, pd.DataFrame], list[dict[str, Any]], ScoredItems]  # of one test split
MAIN_COLUMNS: dict[Task, list[str]] = {"translation": ["bleu", "chrf"], "qa": ["exact_match", "question_alone"]}
COUNTED: dict[Task, str] = {"translation": "sentences", "qa": "questions"}


@dataclass(frozen=True)
class OutputEvaluation:
    """Scores of an encoder–decoder.

    Attributes
    ----------
    tables : by name.
    outputs : by test split, each source with its reference, its output, and the chrF of that.
    items : by name of the main number, the scores of its test items.
    """

    tables: dict[str, pd.DataFrame]
    outputs: dict[str, list[dict[str, Any]]]
    items: dict[str, ScoredItems]


def evaluate_outputs(task: Task, decoded: Mapping[str, Outputs], tokens: Path, raw: Path) -> OutputEvaluation:
    """Score the outputs for each test split.

    Parameters
    ----------
    decoded : test split → the output for each source.
    tokens, raw : the folders ``data/tokens/TASK`` and ``data/raw/TASK``.

    Raises
    ------
    FirthError
        If the raw text is not the text that was tokenized.
    """
    score = _translations if task == "translation" else _answers
    parts: dict[str, list[pd.DataFrame]] = {}
    outputs: dict[str, list[dict[str, Any]]] = {}
    items: dict[str, ScoredItems] = {}
    for split, found in decoded.items():
        tables, outputs[split], scored = score(found, split, tokens, raw)
        items[f"{split}_{MAIN_COLUMNS[task][0]}"] = scored
        for name, table in tables.items():
            table.insert(0, "split", split)
            parts.setdefault(name, []).append(table)
    return OutputEvaluation({name: pd.concat(tables) for name, tables in parts.items()}, outputs, items)


def main_output_numbers(task: Task, tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """The few numbers that people compare, for each test split, as far as they are measured."""
    return {
        f"{split}_{column}": float(value)
        for split, row in _main_rows(task, tables)
        for column in MAIN_COLUMNS[task]
        if pd.notna(value := row[column])
    }


def output_reasons(task: Task, tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """The reason for each main number that is not measured."""
    return {
        f"{split}_{column}": "the training text has no questions"
        if row[COUNTED[task]]
        else f"no {COUNTED[task]} in {split}"
        for split, row in _main_rows(task, tables)
        for column in MAIN_COLUMNS[task]
        if pd.isna(row[column])
    }


def _main_rows(task: Task, tables: Mapping[str, pd.DataFrame]) -> Iterable[tuple[Any, pd.Series]]:
    """Each test split, and its scores."""
    return tables["translation" if task == "translation" else "answers"].set_index("split").iterrows()


def _translations(outputs: Outputs, split: str, tokens: Path, raw: Path) -> Scored:
    """Scores against the raw references, in lower case where the model knows no other."""
    texts = list(map(decoder(tokens, "target"), map(list, outputs)))
    sources, references = (_lines(raw / "text" / f"{split}.{side}.txt", len(texts)) for side in ("source", "target"))
    if TextForm.load(tokens).lowercase:
        references = [reference.lower() for reference in references]
    signatures = {f"{name}_signature": signature for name, signature in metric_signatures().items()}
    scores = translation_scores(texts, references)
    summands = ScoredItems(bleu_summands(texts, references), digest([*sources, *references]))
    low, high = score_interval("bleu", summands)
    intervals = {"bleu_low": low, "bleu_high": high, **_exact_match_interval(scores["exact_match"], len(texts))}
    row = {"sentences": len(texts), **scores, **intervals, **signatures}
    tables = {
        "translation": pd.DataFrame([row]),
        "source_length": bleu_by_source_length(texts, references, sources),
    }
    chrf = sentence_chrf(texts, references)
    items = [
        {"source": source, "reference": reference, "output": text, "chrf": round(score, CHRF_DECIMALS)}
        for source, reference, text, score in zip(sources, references, texts, chrf, strict=True)
    ]
    return tables, items, summands


def _answers(outputs: Outputs, split: str, tokens: Path, raw: Path) -> Scored:
    """Exact match of the answers, token by token (of subwords, in text), beside the baselines."""
    readable, pairs, form = decoder(tokens, "target"), Pairs.load(tokens, split), TextForm.load(tokens)
    questions = _questions(raw / "text" / f"{split}.jsonl", form.lowercase)
    if len(questions) != len(pairs):
        raise FirthError(f"{raw}/text/{split}.jsonl: not the text that was tokenized; run `dvc repro tokenize@qa`")
    training = _questions(raw / "text" / "train.jsonl", form.lowercase)
    texts = list(map(readable, map(list, outputs)))
    references = [readable(ids.tolist()) for ids in pairs.target.sentences()]
    if form.segmentation == "subwords":  # one text can be cut in several ways
        right = [text == reference for text, reference in zip(texts, references, strict=True)]
    else:
        right = exact_matches(outputs, pairs)
    scores = answer_scores(right, questions, training)
    row = {"questions": len(questions), **scores, **_exact_match_interval(scores["exact_match"], len(questions))}
    tables = {
        "answers": pd.DataFrame([row]),
        "answer_groups": exact_match_by_group(right, questions),
    }
    chrf = sentence_chrf(texts, references)
    items = [
        {
            "story": question["story"],
            "question": question["question"],
            "reference": reference,
            "output": text,
            "chrf": round(score, CHRF_DECIMALS),
        }
        for question, reference, text, score in zip(questions, references, texts, chrf, strict=True)
    ]
    asked = (f"{question['story']} {question['question']} {question['answer']}" for question in questions)
    return tables, items, share_items(np.array(right, np.float64), asked)


def _exact_match_interval(share: float | None, items: int) -> dict[str, float | None]:
    """The 95 % interval of an exact match; its ends are None without items."""
    low, high = (None, None) if share is None else wilson_interval(share, items)
    return {"exact_match_low": low, "exact_match_high": high}


def output_lengths(decoded: Mapping[str, Outputs], sources: Mapping[str, Pairs], max_length: int) -> pd.DataFrame:
    """How long the outputs are, a row for each test split.

    Parameters
    ----------
    decoded, sources : test split → the output for each source, and the pairs of that source.
    max_length : the length at which an output is cut, although it has no ``<eos>``.

    Returns
    -------
    DataFrame
        ``split``, ``outputs`` (their number), ``other_length`` (share with another number of tokens than their source),
        and ``ended`` (share that ends in ``<eos>``); shares are NaN without outputs.
    """
    rows = []
    for split, outputs in decoded.items():
        written, read = np.array(list(map(len, outputs)), int), np.diff(sources[split].source.offsets)
        shares = [float(found.mean()) if len(found) else None for found in (written != read, written < max_length)]
        rows.append((split, len(outputs), *shares))
    return pd.DataFrame(rows, columns=["split", "outputs", "other_length", "ended"])


def _lines(path: Path, expected: int) -> list[str]:
    role = path.parent.parent.name
    lines = read_text(path, f"download@{role}").split("\n")[:-1]
    if len(lines) != expected:
        raise FirthError(f"{path}: {len(lines)} lines, but {expected} tokenized; run `dvc repro tokenize@{role}`")
    return lines


def _questions(path: Path, lowercase: bool) -> list[QuestionRecord]:
    return read_json_lines(path, QuestionRecord, f"download@{path.parent.parent.name}", lowercase=lowercase)
