"""Stage ``report``: gather every result into one page."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from gensim.models import KeyedVectors
from pydantic import BaseModel

from firth.errors import FirthError
from firth.params.corpora import ROLES
from firth.report.findings import ATTENTIONS, Findings
from firth.report.metrics import read_metrics
from firth.report.neighbors import LISTED, Ranked, content_words, cooccurrence_example, words_to_show
from firth.report.page import render_page
from firth.report.samples import chosen
from firth.report.word_map import frequent_members, positions, word_map
from firth.text.vocabulary import EOS, UNK, Vocabulary
from firth.training.reproducibility import derived_seed
from firth.vectors.counts import load_counts
from firth.vectors.keyed_vectors import BINARY, SPACES, load_vectors
from firth.vectors.ppmi_svd import ppmi
from firth.workspace import Workspace, write_text

if TYPE_CHECKING:
    from firth.params.experiment import Params

MAPPED_WORDS = 180


def run(params: "Params", workspace: Workspace) -> None:
    """Read what the other stages wrote, and write ``reports/index.html``."""
    metrics, studies = read_metrics(workspace.all_metrics), read_metrics(workspace.all_study_metrics)
    vocabulary = Vocabulary.load(workspace.tokens("embeddings") / "vocabulary.tsv")
    counts = load_counts(workspace.cooccurrence)
    words, missing = words_to_show(params.report.words, vocabulary.tokens)
    built = [name for name in SPACES if (workspace.model(name) / BINARY).exists()]
    vectors = {name: load_vectors(workspace.model(name)) for name in built}
    findings = Findings(
        corpora=_corpora(workspace),
        settings=_settings(params),
        metrics=metrics,
        curves={run: _curve(workspace.plot(run)) for run in metrics if workspace.plot(run).exists()},
        samples={
            run: chosen(_json_lines(paths[0]))
            for run in metrics
            if run.startswith("seq2seq-") and (paths := sorted((workspace.model(run) / "outputs").glob("*.jsonl")))
        },
        watched={run: _rows(path) for run in metrics if (path := workspace.plot(f"{run}-sentences")).exists()},
        example=cooccurrence_example(counts, ppmi(counts, params.svd), vocabulary.tokens, words),
        missing_words=missing,
        neighbors={name: {w: _nearest(keyed, w) for w in words if w in keyed} for name, keyed in vectors.items()},
        word_map=_word_map(vectors["word2vec"], workspace, params.seed) if "word2vec" in vectors else None,
        studies=studies,
        study_curves={run: _curve(workspace.study_plot(run)) for run in studies if workspace.study_plot(run).exists()},
    )
    write_text(workspace.page, render_page(findings))


def _corpora(workspace: Workspace) -> dict[str, dict[str, Any]]:
    paths = {role: workspace.raw(role) / "corpus.json" for role in ROLES}
    return {role: json.loads(path.read_text(encoding="utf-8")) for role, path in paths.items() if path.exists()}


def _settings(params: "Params") -> dict[str, dict[str, Any]]:
    """What decides the results, under names for people; overrides stand where a network or task has any."""
    sections: dict[str, BaseModel] = {
        **{f"tokens, {role}": getattr(params.tokens, role) for role in ROLES},
        "co-occurrence": params.cooccurrence,
        "SVD": params.svd,
        "word2vec": params.word2vec,
        "n-gram": params.ngram,
        "language models": params.lm,
        **{f"language models, {name} only": override for name, override in params.lm_overrides},
        "encoder–decoders": params.seq2seq,
        **{f"encoder–decoders, {ATTENTIONS.get(name, name)} only": keys for name, keys in params.seq2seq_overrides},
    }
    chosen = {name: section.model_dump(exclude_none=True) for name, section in sections.items()}
    everywhere = {"seed": params.seed, "threads": params.threads, "precision": params.precision}
    return {"everywhere": everywhere, **{name: values for name, values in chosen.items() if values}}


def _curve(path: Path) -> list[dict[str, float]]:
    return [{key: float(value) for key, value in row.items() if value} for row in _rows(path)]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def _nearest(keyed: KeyedVectors, word: str) -> Ranked:
    found = keyed.most_similar(word, topn=LISTED + 2)
    return [(token, float(cosine)) for token, cosine in found if token not in (UNK, EOS)][:LISTED]


def _word_map(keyed: KeyedVectors, workspace: Workspace, seed: int) -> str | None:
    """Map frequent words of the corpus's classes, or words that carry content where it has no classes."""
    path = workspace.raw("embeddings") / "classes.tsv"
    classes = _classes(path) if path.exists() else None
    tokens: list[str] = keyed.index_to_key
    words = frequent_members(tokens, classes) if classes else content_words(tokens)[:MAPPED_WORDS]
    if len(words) < 4:
        return None
    points = positions(np.stack([keyed[word] for word in words]), derived_seed(seed, "report") % 2**32)
    label = f"Map of {len(words)} words in two dimensions; the table of nearest words says the same in text."
    return word_map(words, points, [classes[word] for word in words] if classes else None, "word-map", label)


def _classes(path: Path) -> Mapping[str, str]:
    """Form → class; a form of several classes keeps the first."""
    classes: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], start=2):
        fields = line.split("\t")
        if len(fields) != 3:
            raise FirthError(
                f"{path}: line {number} is not `form<tab>lemma<tab>class`; run `dvc repro download@embeddings`"
            )
        classes.setdefault(fields[0], fields[2])
    return classes
