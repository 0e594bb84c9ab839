"""Stage ``report``: the page shows the files of the other stages."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from stages.effective import settings_of

from firth.params.experiment import load_params
from firth.params.settings import Settings
from firth.stages import report
from firth.tables import write_metrics
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary
from firth.vectors.keyed_vectors import save_vectors
from firth.workspace import Workspace, write_text

PARAMS = Path(__file__).parents[2] / "params.yaml"
WORDS = ["the", "dog", "cat", "apple", "pear", "kitchen"]
CORPUS = {"name": "tiny", "language": "en", "tokenized": True, "license": "MIT", "citation": "by hand", "world": True}


@pytest.fixture
def settings() -> Settings:
    return settings_of(load_params(PARAMS).model_copy(update={"seed": 1, "threads": 1}), "report")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """What the other stages would have written for six words."""
    built = Workspace(tmp_path)
    Vocabulary(["<unk>", "<eos>", *WORDS], [0, 9, 9, 5, 5, 4, 3, 2]).save(built.tokens("embeddings") / "vocabulary.tsv")
    TextForm(True, False, "en", True, "words").save(built.tokens("embeddings"))
    write_text(
        built.details / "cooccurrence_example.csv",
        "space,word,neighbor,count,ppmi\ncounts,dog,the,31,0.5\ncounts,dog,cat,17,1.5\n",
    )
    write_text(
        built.details / "neighbors.csv",
        "space,representation,word,rank,neighbor,cosine\nword2vec,word2vec,dog,1,cat,0.8\n",
    )
    for role in ("embeddings", "lm"):
        write_text(built.raw(role) / "corpus.json", json.dumps(CORPUS))
    write_text(built.raw("lm") / "text" / "test.txt", "the dog .\n")
    write_text(
        built.raw("embeddings") / "classes.tsv",
        "form\tlemma\tclass\ndog\tdog\tanimal\ncat\tcat\tanimal\napple\tapple\tfood\npear\tpear\tfood\nkitchen\tkitchen\troom\n",
    )
    vectors = np.array([[1, 1, 1], [1, 0, 0], [0.8, 0.6, 0], [0, 0, 1], [0, 0.28, 0.96], [0, -1, 0]])
    for name in ("svd", "word2vec"):
        built.model(name).mkdir(parents=True)
        save_vectors(WORDS, vectors, built.model(name))
    write_text(
        built.evaluation("evaluate_seq2seq-translation-none") / "outputs" / "test.jsonl",
        json.dumps(
            {"source": "A \u2028 dog.", "reference": "Un chien.", "output": "<unk>.", "chrf": 12.34}, ensure_ascii=False
        )
        + "\n",
    )
    write_text(
        built.evaluation("evaluate_seq2seq-qa-none") / "outputs" / "test.jsonl",
        json.dumps({"question": "Of a model that is no longer there?", "reference": "a", "output": "a", "chrf": 1})
        + "\n",
    )
    write_text(
        built.details / "translation.csv", "task,attention,split,sentences,bleu\ntranslation,none,test,1,12.25\n"
    )
    write_text(built.details / "perplexity.csv", "model,split,tokens,perplexity\ngru,valid,9,73.7\ngru,test,9,77.25\n")
    write_text(
        built.details / "learning_curves.csv",
        "model,epoch,train_loss,valid_loss,valid_perplexity\nlm-gru,1,4.5,4.4,81.45\nlm-gru,2,4.4,4.3,73.7\n",
    )
    write_text(
        built.details / "example_sentences.csv",
        "task,attention,sentence,output_position,output,source_position,source,gradient_norm,attention_weight\n"
        "translation,none,1,1,NA,1,null,0.5,\n",
    )
    write_metrics(built.headline, {"lm_gru_perplexity": 77.25, "lm_gru_perplexity_over_source": None})
    cost = {"nearest_neighbor_accuracy": 0.9, "words": 51234.0, "operations": 1e9}
    study = {"operations_a_word": 8.5, "nearest_neighbor_accuracy": 1.0, "equal_quality": cost}
    write_metrics(built.study_metrics("vectors-feedforward"), study)
    write_text(
        built.study_plot("vectors-feedforward"),
        "epoch,words,operations,nearest_neighbor_accuracy\n1,9,8,0.5\n2,18,16,1\n",
    )
    return built


def test_page_shows_corpus_counts_neighbors_scores_and_samples(settings: Settings, workspace: Workspace) -> None:
    report.run(settings, workspace)
    page = workspace.page.read_text(encoding="utf-8")
    assert "by hand" in page
    assert '<span class="ranked">the <small>31</small></span> <span class="ranked">cat <small>17</small></span>' in page
    assert '[[["cat", "0.80"]]]' in page
    assert "77.25" in page and "12.25" in page
    assert "from 81.45 to 73.7 at best" in page
    assert "51,234" in page and "feed-forward 1 after 16" in page
    assert "NA most from null" in page  # words, not missing values
    assert "no longer there" not in page
    assert re.search(r'<th scope="row">lm_gru_perplexity_over_source</th>\s*<td class="number">–</td>', page)
    assert "A \u2028 dog." in page and "&lt;unk&gt;." in page
    missing = "<code>apple</code>, <code>doctor</code>, <code>kitchen</code>"
    assert f"Not in the vocabulary: {missing}." in page
    assert ">animal<" in page and ">food<" in page


def test_page_has_the_same_bytes_in_another_folder_and_no_path(
    settings: Settings, workspace: Workspace, tmp_path: Path
) -> None:
    report.run(settings, workspace)
    first = workspace.page.read_bytes()
    elsewhere = tmp_path.with_name(tmp_path.name + "-moved")
    tmp_path.rename(elsewhere)
    report.run(settings, Workspace(elsewhere))
    assert (elsewhere / "reports" / "index.html").read_bytes() == first
    assert str(tmp_path).encode() not in first


def test_page_without_classes_colors_no_words(settings: Settings, workspace: Workspace) -> None:
    (workspace.raw("embeddings") / "classes.tsv").unlink()
    report.run(settings, workspace)
    page = workspace.page.read_text(encoding="utf-8")
    assert ">animal<" not in page and "second t-SNE dimension" in page


def test_overrides_and_settings_are_shown_as_they_stand_in_the_params(settings: Settings, workspace: Workspace) -> None:
    params = settings.values["params"]
    params["lm"]["learning_rate"], params["lm"]["dynamic_evaluation"] = 0.00025, None
    params["lm_overrides"] = {"rnn": {"layers": 2, "optimizer": None}, "gru": {}}
    params["seq2seq_overrides"] = {"qa": {}, "none": {"beam_size": 3}}
    report.run(settings, workspace)
    page = workspace.page.read_text(encoding="utf-8")
    assert "learning rate <b>0.00025</b>" in page and "dynamic evaluation" not in page
    assert "language models, rnn only" in page and "layers <b>2</b>" in page
    assert "language models, gru only" not in page and "encoder–decoders, qa only" not in page
    assert "encoder–decoders, without attention only" in page
