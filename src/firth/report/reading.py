"""The files that the page shows, read: tables, studies, samples, classes; and the params under names for people."""

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from firth.measures.json_records import check_kind, read_json_lines
from firth.measures.result_columns import table_fault, typed
from firth.params.roles import ROLES
from firth.report.names import ATTENTIONS, display_name
from firth.report.samples import OutputRecord, differing
from firth.report.study_records import METRICS, curve_fault
from firth.stored_files import damaged
from firth.tables import read_csv, read_metrics, read_table
from firth.text.characters import SPACE
from firth.text.corpus_description import CorpusDescription, read_description
from firth.text.raw_text import raw_lines
from firth.text.streams import TokenStream
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary, vocabulary_file
from firth.workspace import Workspace, stage_of

SENTENCES = 5  # shown of a text
SPLIT_WORDS, SEARCHED_TOKENS = 6, 20_000  # words that are shown with their subwords, and where they are searched
SECTIONS = {  # section of params.yaml → its name on the page
    "cooccurrence": "co-occurrence",
    "svd": "SVD",
    "word2vec": "word2vec",
    "ngram": "n-gram",
    "lm": "language models",
    "seq2seq": "encoder–decoders",
}


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Every CSV file of a folder by its name, in order of name; without the folder, none.

    Raises
    ------
    FirthError
        If a file is no table, or lacks what the page shows of it.
    """
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        tables[path.stem] = read_csv(path)
        if fault := table_fault(path.stem, tables[path.stem]):
            raise damaged(path, fault, stage_of(path))
    return tables


def missing_words(wanted: Sequence[str], tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """The wanted words that no word of the counts is, in lower case either; without counts, none."""
    example = typed("cooccurrence_example", tables.get("cooccurrence_example"))
    there = set(example["word"])
    return [word for word in wanted if there and not {word, word.lower()} & there]


def read_corpora(workspace: Workspace) -> dict[str, CorpusDescription]:
    """Role → content of ``corpus.json``, for the roles that have one."""
    return {role: read_description(raw) for role in ROLES if ((raw := workspace.raw(role)) / "corpus.json").exists()}


def read_sentences(workspace: Workspace) -> dict[str, list[str]]:
    """Role → the first sentences of its test text, for language models, if it is there."""
    raw = workspace.raw("lm")
    there = (raw / "text" / "test.txt").exists()
    return {"lm": list(islice(raw_lines(raw, "lm", "test", ""), SENTENCES))} if there else {}


def read_split_words(workspace: Workspace) -> list[list[str]]:
    """The subwords of the first different words of the translations that are split, without the mark of a space."""
    tokens = workspace.tokens("translation")
    if not tokens.exists() or TextForm.load(tokens).segmentation != "subwords":
        return []
    vocabulary, text = Vocabulary.load(vocabulary_file(tokens, "target")), TokenStream.load(tokens, "train.target")
    found: dict[str, list[str]] = {}
    word: list[str] = []
    for token in vocabulary.decode(text.ids[:SEARCHED_TOKENS]):
        if token.startswith(SPACE):
            if len(word) > 1 and all(piece.isalpha() for piece in word):
                found.setdefault("".join(word), word)
            word = []
        word = [*word, token.removeprefix(SPACE)]
    return list(found.values())[:SPLIT_WORDS]


def read_studies(workspace: Workspace) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Metrics and curves of the studies.

    Raises
    ------
    FirthError
        If a file is damaged, or lacks what the page shows of it.
    """
    metrics, curves = read_metrics(workspace.all_study_metrics), {}
    for name, found in metrics.items():
        path, plot = workspace.study_metrics(name), workspace.study_plot(name)
        check_kind(found, METRICS.get(name.partition("-")[0], Any), path, stage_of(path))
        if plot.exists():
            curves[name] = read_csv(plot)
            if fault := curve_fault(name, curves[name]):
                raise damaged(plot, fault, stage_of(plot))
    return metrics, curves


def read_samples(workspace: Workspace, tables: Mapping[str, pd.DataFrame]) -> dict[str, list[dict[str, Any]]]:
    """Task → items of the first test text that the encoder–decoders in the tables write differently."""
    samples = {}
    for frame in (tables[name] for name in ("translation", "answers") if name in tables):
        for task, models in frame.groupby("task", sort=False):
            folders = {
                attention: workspace.evaluation(f"evaluate_seq2seq-{task}-{attention}") / "outputs"
                for attention in models["attention"].unique()
            }
            first = {attention: next(iter(sorted(path.glob("*.jsonl"))), None) for attention, path in folders.items()}
            outputs = {
                attention: read_json_lines(path, OutputRecord, stage_of(path))
                for attention, path in first.items()
                if path
            }
            samples[str(task)] = differing(outputs)
    return samples


def read_classes(workspace: Workspace) -> Mapping[str, str] | None:
    """Form → class of the built-in world's words, None for another corpus; a form of several classes keeps the first.

    Raises
    ------
    FirthError
        If the file is damaged.
    """
    path = workspace.raw("embeddings") / "classes.tsv"
    if not path.exists():
        return None
    table = read_table(path, ("form", "lemma", "class"), "download@embeddings")
    return dict(table.drop_duplicates("form")[["form", "class"]].itertuples(index=False))


def shown_settings(params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The params that decide the results, under names for people; overrides stand where there are any."""
    sections = {f"tokens, {role}": params["tokens"][role] for role in ROLES}
    for key, name in SECTIONS.items():
        sections[name] = params[key]
        for part, override in params.get(f"{key}_overrides", {}).items():
            sections[f"{name}, {_part(key, part)} only"] = override
    known = {
        name: {key: value for key, value in values.items() if value is not None} for name, values in sections.items()
    }
    everywhere = {key: params[key] for key in ("seed", "repeat", "threads", "precision")}
    return {"everywhere": everywhere, **{name: values for name, values in known.items() if values}}


def _part(section: str, part: str) -> str:
    """The network, attention or task that overrides are for; networks and tasks keep the name of their key."""
    return display_name(part, ATTENTIONS) if section == "seq2seq" and part in ATTENTIONS else part
