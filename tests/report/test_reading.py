"""What the page reads: studies, of which the committed ones are sound, and outputs on which models differ."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from firth.errors import FirthError
from firth.measures.source_gradients import gradient_distribution
from firth.report.reading import missing_words, read_samples, read_split_words, read_studies
from firth.text.streams import from_sentences
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace, write_text

STUDIES = Workspace(Path(__file__).parents[2]).all_study_metrics.parent


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """With the committed results of all studies."""
    shutil.copytree(STUDIES, tmp_path / "reports" / "studies")
    return Workspace(tmp_path)


def test_the_committed_studies_are_sound_and_of_every_kind(workspace: Workspace) -> None:
    metrics, curves = read_studies(workspace)
    kinds = {name.partition("-")[0] for name in metrics}
    assert kinds == {"bottleneck", "clipping", "embeddings", "encoders", "pairs", "softmax", "vectors"}
    assert set(curves) < set(metrics)


@pytest.mark.parametrize(
    ("study", "content", "fault"),
    [
        ("vectors-softmax", {"operations_a_word": 1}, "nearest_neighbor_accuracy: Field required"),
        ("softmax", {"operations_a_word": {"softmax": {}}}, r"operations_a_word\.softmax: Dictionary should have"),
        ("softmax", {"operations_a_word": {"softmax": {"vocabulary_x": 1}}}, r"vocabulary_x.*should match pattern"),
        (
            "clipping-clipped",
            {"gradient_clip_norm": 1, "by_learning_rate": {"fast": {}}},
            "fast.*should match pattern",
        ),
        ("encoders-gru-forward", {"bleu": "high", "by_source_length": {}}, "bleu: Input should be a valid number"),
        (
            "encoders-gru-forward",
            {"bleu": 1, "by_source_length": {}, "before": {"gradient_norm_first": "far"}},
            r"before\.gradient_norm_first: Input should be a valid number",
        ),
        ("encoders-gru-forward", {"bleu": 1, "by_source_length": {}}, "before: Field required"),
        ("bottleneck", {"by_hidden_size": {"hidden_size_16": {"bleu": 1}}}, "by_source_length: Field required"),
        ("pairs-random", {"percent_1": 1}, "percent_1: Input should be a valid dictionary"),
    ],
)
def test_metrics_that_the_page_cannot_show_are_named(
    workspace: Workspace, study: str, content: dict[str, Any], fault: str
) -> None:
    workspace.study_metrics(study).write_text(json.dumps(content))
    with pytest.raises(FirthError, match=rf"{study}\.json: damaged .*{fault}.*`make studies`"):
        read_studies(workspace)


@pytest.mark.parametrize("content", ["epoch,words\n1,2\n", "operations,nearest_neighbor_accuracy\nx,0.5\n"])
def test_a_curve_that_the_page_cannot_draw_is_named(workspace: Workspace, content: str) -> None:
    workspace.study_plot("vectors-softmax").write_text(content)
    with pytest.raises(FirthError, match=r"vectors-softmax\.csv: has no numbers operations; build it again with"):
        read_studies(workspace)


def test_words_of_several_subwords_are_read_once_each_from_the_translations(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert read_split_words(workspace) == []
    tokens = ["<unk>", "<eos>", "<pad>", "␣le", "␣char", "g", "era", "␣.", "␣1", "9"]
    folder = workspace.tokens("translation")
    Vocabulary(tokens, [1] * len(tokens)).save(folder / "target.vocabulary.tsv")
    sentences = [[3, 4, 5, 6, 7], [4, 5, 6, 3, 8, 9, 7], [4, 6, 7]]  # 19 is no word
    from_sentences(sentences).save(folder, "train.target")
    TextForm(True, False, "en", True, "subwords").save(folder)
    assert read_split_words(workspace) == [["char", "g", "era"], ["char", "era"]]
    TextForm(True, False, "en", True, "words").save(folder)
    assert read_split_words(workspace) == []


def test_wanted_words_are_missing_only_where_words_are_known() -> None:
    example = pd.DataFrame([("counts", "dog", "the", 3, 0.5)], columns=["space", "word", "neighbor", "count", "ppmi"])
    assert missing_words(["Dog", "yak"], {"cooccurrence_example": example}) == ["yak"]
    assert missing_words(["Dog", "yak"], {}) == []


def test_samples_are_the_items_that_the_models_of_the_tables_write_differently(workspace: Workspace) -> None:
    for attention, outputs in (("none", ["un", "le"]), ("dot", ["un", "la"]), ("general", ["x", "y"])):
        lines = [{"source": f"s{n}", "reference": "la", "output": text, "chrf": 1.0} for n, text in enumerate(outputs)]
        folder = workspace.evaluation(f"evaluate_seq2seq-translation-{attention}") / "outputs"
        write_text(folder / "test.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    tables = {"translation": pd.DataFrame({"task": ["translation"] * 2, "attention": ["none", "dot"]})}
    expected = [{"source": "s1", "reference": "la", "outputs": {"none": "le", "dot": "la"}}]
    assert read_samples(workspace, tables) == {"translation": expected}
    assert read_samples(workspace, {}) == {}


def test_studies_write_the_gradients_that_the_page_reads(workspace: Workspace) -> None:
    gradients = gradient_distribution(np.array([[1.0, 2.0, 3.0, 4.0]]))
    written = {"bleu": 1.5, "by_source_length": {}, "before": gradients, "after": gradients}
    workspace.study_metrics("encoders-gru-forward").write_text(json.dumps(written))
    read, _ = read_studies(workspace)
    assert read["encoders-gru-forward"]["before"]["gradient_norm_last"] == 4.0
