"""Stage ``report``: the page holds what the files of the other stages hold."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from firth.errors import FirthError
from firth.params.experiment import load_params
from firth.report.metrics import write_metrics
from firth.stages import report
from firth.text.vocabulary import Vocabulary
from firth.vectors.counts import write_rows
from firth.vectors.keyed_vectors import save_vectors
from firth.workspace import Workspace, write_text

PRESET = Path(__file__).parents[2] / "presets" / "world.yaml"
WORDS = ["the", "dog", "cat", "apple", "pear", "kitchen"]
CORPUS = {"name": "tiny", "language": "en", "tokenized": True, "license": "MIT", "citation": "by hand", "world": True}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """What the other stages would have written for six words."""
    built = Workspace(tmp_path)
    Vocabulary(["<unk>", "<eos>", *WORDS], [0, 9, 9, 5, 5, 4, 3, 2]).save(built.tokens("embeddings") / "vocabulary.tsv")
    counts = np.zeros((8, 8), dtype=np.int32)
    counts[2, 3:] = counts[3:, 2] = [31, 5, 4, 3, 2]
    counts[3, 4] = counts[4, 3] = 17
    built.cooccurrence.mkdir(parents=True)
    rows = csr_array(counts)
    write_rows(built.cooccurrence, [(np.diff(rows.indptr), rows.indices, rows.data)], np.float32)
    for role in ("embeddings", "lm"):
        write_text(built.raw(role) / "corpus.json", json.dumps(CORPUS))
    write_text(
        built.raw("embeddings") / "classes.tsv",
        "form\tlemma\tclass\ndog\tdog\tanimal\ncat\tcat\tanimal\napple\tapple\tfood\npear\tpear\tfood\nkitchen\tkitchen\troom\n",
    )
    vectors = np.array([[1, 1, 1], [1, 0, 0], [0.8, 0.6, 0], [0, 0, 1], [0, 0.28, 0.96], [0, -1, 0]])
    for name in ("svd", "word2vec"):
        built.model(name).mkdir(parents=True)
        save_vectors(WORDS, vectors, built.model(name))
    write_text(
        built.model("seq2seq-translation-none") / "outputs" / "test.jsonl",
        json.dumps(
            {"source": "A \u2028 dog.", "reference": "Un chien.", "output": "<unk>.", "chrf": 12.34}, ensure_ascii=False
        )
        + "\n",
    )
    write_metrics(built.metrics("seq2seq-translation-none"), {"test": {"bleu": 12.25}})
    write_metrics(built.metrics("lm-gru"), {"test": {"perplexity": 77.25}})
    cost = {"class_recovery": 0.9, "words": 51234.0, "operations": 1e9}
    write_metrics(built.study_metrics("vectors-feedforward"), {"class_recovery": 1.0, "equal_quality": cost})
    write_text(built.study_plot("vectors-feedforward"), "epoch,words,operations,class_recovery\n1,9,8,0.5\n2,18,16,1\n")
    write_text(built.plot("lm-gru"), "epoch,train_loss,valid_loss,valid_perplexity\n1,4.5,4.4,81.45\n2,4.4,4.3,73.7\n")
    return built


def test_page_shows_corpus_counts_neighbors_scores_and_samples(workspace: Workspace) -> None:
    report.run(load_params(PRESET), workspace)
    page = workspace.page.read_text(encoding="utf-8")
    assert "by hand" in page
    assert '<span class="ranked">the <small>31</small></span> <span class="ranked">cat <small>17</small></span>' in page
    assert '<span class="ranked">cat <small>0.80</small></span>' in page  # cos((1, 0, 0), (0.8, 0.6, 0))
    assert "77.25" in page and "12.25" in page
    assert "from 81.45 to 73.7 at best" in page
    assert "51,234" in page and "feed-forward 1 after 16" in page
    assert "A \u2028 dog." in page and "&lt;unk&gt;." in page and "chrF 12.34" in page
    assert "Not in the vocabulary: <code>doctor</code>." in page
    assert ">animal<" in page and ">food<" in page


def test_page_has_the_same_bytes_in_another_folder_and_no_path(workspace: Workspace, tmp_path: Path) -> None:
    report.run(load_params(PRESET), workspace)
    first = workspace.page.read_bytes()
    elsewhere = tmp_path.with_name(tmp_path.name + "-moved")
    tmp_path.rename(elsewhere)
    report.run(load_params(PRESET), Workspace(elsewhere))
    assert (elsewhere / "reports" / "index.html").read_bytes() == first
    assert str(tmp_path).encode() not in first


def test_page_without_classes_colors_no_words(workspace: Workspace) -> None:
    (workspace.raw("embeddings") / "classes.tsv").unlink()
    report.run(load_params(PRESET), workspace)
    page = workspace.page.read_text(encoding="utf-8")
    assert ">animal<" not in page and "second t-SNE dimension" in page


def test_missing_counts_are_one_line_that_names_the_stage(workspace: Workspace) -> None:
    (workspace.cooccurrence / "data.npy").unlink()
    with pytest.raises(FirthError, match="dvc repro cooccurrence"):
        report.run(load_params(PRESET), workspace)
    assert not workspace.page.exists()
