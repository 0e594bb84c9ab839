"""Stages ``cooccurrence``, ``svd``, ``word2vec`` and ``evaluate_vectors`` on sentences of two topics."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from gensim.models import KeyedVectors
from stages.effective import settings_of

from firth.errors import FirthError
from firth.measures.result_columns import table_fault
from firth.params.experiment import Params, load_params
from firth.params.model_names import SPACES, Space
from firth.stages import cooccurrence, evaluate_vectors, svd, word2vec
from firth.tables import read_csv
from firth.text.streams import TokenStream
from firth.text.text_form import TextForm
from firth.text.vocabulary import EOS_ID, Vocabulary
from firth.vectors.skipgram.skipgram_model import SkipGram
from firth.workspace import Workspace

TOPICS = {"animal": ["cat", "dog", "owl", "cow"], "food": ["rice", "soup", "corn", "cake"]}
WORD2VEC: dict[str, Any] = {"dimension": 6, "epochs": 3, "batch_size": 512, "learning_rate": 0.05}


def experiment(**svd_changes: Any) -> Params:
    params = load_params(Path(__file__).parents[2] / "params.yaml")
    return params.model_copy(
        update={
            "threads": 1,
            "compute": params.compute.model_copy(update={"accelerator": "cpu"}),
            "evaluation": params.evaluation.model_copy(update={"gold_sets": ["rg65", "google-analogies"]}),
            "svd": params.svd.model_copy(update={"dimension": 3, **svd_changes}),
            "word2vec": params.word2vec.model_copy(update={**WORD2VEC, "subsampling_threshold": 0.0}),
        }
    )


def workspace_at(root: Path) -> Workspace:
    workspace = Workspace(root)
    raw, tokens = workspace.raw("embeddings"), workspace.tokens("embeddings")
    (raw / "gold").mkdir(parents=True)
    tokens.mkdir(parents=True)
    classes = [f"{word}\t{word}\t{topic}\n" for topic, words in TOPICS.items() for word in words]
    (raw / "classes.tsv").write_text("form\tlemma\tclass\n" + "".join(classes))
    (raw / "gold" / "rg65.tsv").write_text(
        "word1\tword2\tscore\ncat\tdog\t4\nrice\tsoup\t3\ncat\trice\t1\ndog\tcake\t0\n"
    )
    (raw / "gold" / "google-analogies.txt").write_text(": none\nking queen man woman\n")
    generator = np.random.default_rng(0)
    names = list(TOPICS)
    sentences = [generator.choice(TOPICS[names[i % 2]], 6).tolist() for i in range(400)]
    words = sorted(word for topic in TOPICS.values() for word in topic)
    counts = {word: sum(sentence.count(word) for sentence in sentences) for word in words}
    words.sort(key=lambda word: -counts[word])
    vocabulary = Vocabulary(["<unk>", "<eos>", *words], [0, len(sentences), *(counts[word] for word in words)])
    vocabulary.save(tokens / "vocabulary.tsv")
    TextForm(True, False, "en", False, "words").save(tokens)
    ids = np.concatenate([vocabulary.encode(sentence) for sentence in sentences])
    TokenStream(ids, np.arange(0, 6 * len(sentences) + 1, 6)).save(tokens, "train")
    return workspace


def build(stage: str, workspace: Workspace, params: Params | None = None) -> None:
    modules = {"cooccurrence": cooccurrence, "svd": svd, "word2vec": word2vec}
    modules[stage].run(settings_of(params or experiment(), stage), workspace)


def measure(workspace: Workspace, space: Space) -> pd.DataFrame:
    """The scores of a space, by representation and measure."""
    evaluate_vectors.run(settings_of(experiment(), "evaluate_vectors", space), workspace, space)
    table = read_csv(workspace.evaluation(f"evaluate_vectors-{space}") / "vectors.csv")
    return table.set_index(["representation", "measure"])


def outputs(workspace: Workspace) -> dict[str, bytes]:
    return {
        path.relative_to(workspace.root).as_posix(): path.read_bytes()
        for folder in (workspace.model("counts").parent, workspace.evaluation(""))
        for path in folder.rglob("*.*")
        if path.is_file()
    }


def metrics(folder: Path) -> Any:
    return json.loads((folder / "metrics.json").read_text(encoding="utf-8"))


def test_vectors_find_the_topics_and_the_same_params_give_the_same_bytes(tmp_path: Path) -> None:
    results: list[dict[str, bytes]] = []
    for name in ("first", "second"):
        workspace = workspace_at(tmp_path / name)
        for stage in ("cooccurrence", "svd", "word2vec"):
            build(stage, workspace)
        scores = pd.concat([measure(workspace, space) for space in SPACES])
        results.append(outputs(workspace))
    assert results[0] == results[1]

    counted = metrics(workspace.model("counts"))
    assert counted["pairs"] == 400 * 6 * 5  # the window of 5 spans each sentence of 6
    assert counted["nonzeros"] == 2 * 4 * 4
    accuracy = scores.xs("nearest_neighbor_accuracy", level="measure")["score"].to_dict()
    exact = dict.fromkeys(("raw_counts", "ppmi", "svd", "word2vec"), 1.0)
    assert accuracy == {"one_hot": pytest.approx(3 / 7, rel=1e-5), **exact}
    assert np.isnan(scores.at[("one_hot", "rg65_spearman"), "score"])
    assert not scores.loc["ppmi"].index.str.startswith("analogies").any()
    assert np.isnan(scores.at[("svd", "analogies_unrestricted_add"), "score"])
    assert scores.at[("word2vec", "rg65_spearman"), "covered"] == 4
    main = {space: metrics(workspace.evaluation(f"evaluate_vectors-{space}")) for space in SPACES}
    assert {"one_hot_rg65_spearman", "raw_counts_rg65_spearman", "ppmi_rg65_spearman"} < main["counts"].keys()
    assert main["svd"]["svd_nearest_neighbor_accuracy"] == 1 and main["svd"]["svd_google_analogies_accuracy"] is None
    for model in ("svd", "word2vec"):
        tokens = Vocabulary.load(workspace.tokens("embeddings") / "vocabulary.tsv").tokens
        for name, binary in (("vectors.txt", False), ("vectors.bin", True)):
            loaded = KeyedVectors.load_word2vec_format(str(workspace.model(model) / name), binary=binary)
            assert loaded.index_to_key == tokens[EOS_ID + 1 :]
            assert loaded.most_similar("cat", topn=1)[0][0] in TOPICS["animal"]


def test_every_space_has_the_tables_that_the_page_shows(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    for stage in ("cooccurrence", "svd", "word2vec"):
        build(stage, workspace)
    tables: dict[str, dict[str, pd.DataFrame]] = {}
    for space in SPACES:
        measure(workspace, space)
        folder = workspace.evaluation(f"evaluate_vectors-{space}")
        tables[space] = {path.stem: read_csv(path) for path in folder.glob("*.csv") if path.stem != "not_measured"}
        assert all(table_fault(name, table, ["space"]) is None for name, table in tables[space].items())
        nearest = tables[space]["neighbors"].query("rank == 1")
        assert set(nearest["word"]) == {"cat", "dog", "owl", "cow", "rice", "soup", "corn", "cake"}
        topics = {word: topic for topic, words in TOPICS.items() for word in words}
        assert nearest["word"].map(topics).tolist() == nearest["neighbor"].map(topics).tolist()
    everywhere = {"vectors", "neighbors", "angles"}
    of_counts = {"cooccurrence_example", "concordance", "count_density", "spectrum"}
    assert {space: set(found) - everywhere for space, found in tables.items()} == {
        "counts": of_counts,
        "svd": {"dimensions"},
        "word2vec": set(),
    }
    vocabulary = Vocabulary.load(workspace.tokens("embeddings") / "vocabulary.tsv")
    around_dog = tables["counts"]["cooccurrence_example"].query("word == 'dog'")["count"].sum()
    assert around_dog == 5 * vocabulary.counts[vocabulary.id("dog")]  # the window spans each sentence of 6


def stop_in_second_epoch(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    step = SkipGram.training_step

    def stopping(self: SkipGram, batch: Any, number: int) -> Any:
        if self.trainer.current_epoch == 1 and number == 2:
            raise KeyError("stopped")
        return step(self, batch, number)

    with monkeypatch.context() as patch:
        patch.setattr(SkipGram, "training_step", stopping)
        with pytest.raises(KeyError):
            build("word2vec", workspace)
    assert not workspace.model("word2vec").exists()


def test_a_training_stopped_in_its_second_epoch_goes_on_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, stopped = workspace_at(tmp_path / "whole"), workspace_at(tmp_path / "stopped")
    epochs: list[int] = []
    step = SkipGram.training_step

    def record(self: SkipGram, batch: Any, number: int) -> Any:
        epochs.append(self.trainer.current_epoch)
        return step(self, batch, number)

    build("word2vec", whole)
    stop_in_second_epoch(stopped, monkeypatch)
    monkeypatch.setattr(SkipGram, "training_step", record)
    build("word2vec", stopped)
    assert set(epochs) == {1, 2}
    assert outputs(stopped) == outputs(whole)


def test_a_saved_state_that_holds_nan_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = workspace_at(tmp_path)
    stop_in_second_epoch(workspace, monkeypatch)
    (path,) = workspace.checkpoints("word2vec").glob("*/last.ckpt")
    state = torch.load(path, weights_only=True)
    state["state_dict"]["words.weight"][3, 0] = torch.nan
    torch.save(state, path)
    with pytest.raises(FirthError, match=r"^word2vec: the saved state .* NaN .* delete checkpoints/word2vec"):
        build("word2vec", workspace)
    assert not workspace.model("word2vec").exists()


def test_counts_are_subsampled_by_the_seed_of_the_experiment(tmp_path: Path) -> None:
    pairs = []
    for number, seed in enumerate((1, 1, 2)):
        params = experiment()
        counting = params.cooccurrence.model_copy(update={"subsampling_threshold": 0.03})  # each word has 1/8
        workspace = workspace_at(tmp_path / str(number))
        build("cooccurrence", workspace, params.model_copy(update={"seed": seed, "cooccurrence": counting}))
        pairs.append(metrics(workspace.model("counts"))["pairs"])
    assert pairs[0] == pairs[1] != pairs[2]
    assert np.mean(pairs) == pytest.approx(400 * 6 * 5 * 0.24, rel=0.1)  # both words of a pair with √(0.03 · 8) each


def test_svd_refuses_a_dimension_beyond_the_vocabulary_and_leaves_nothing(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    with pytest.raises(FirthError, match="not there yet"):
        build("svd", workspace)
    build("cooccurrence", workspace)
    with pytest.raises(FirthError, match=r"svd.dimension = 10: .* at most 9"):
        build("svd", workspace, experiment(dimension=10))
    assert not workspace.model("svd").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ([[2] * 50], r"no pair of words stands together more often than by chance"),  # a vocabulary of one word
        ([[2, 3, 4, 5, 6, 7, 8, 9]], r"svd.dimension = 9: the PPMI matrix has rank \d; use at most \d"),  # one sentence
    ],
)
def test_svd_of_next_to_no_text_is_one_line_that_says_so(text: list[list[int]], words: str, tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    stream = TokenStream(np.concatenate(text).astype(np.uint16), np.cumsum([0, *map(len, text)]))
    stream.save(workspace.tokens("embeddings"), "train")
    build("cooccurrence", workspace)
    with pytest.raises(FirthError, match=words) as caught:
        build("svd", workspace, experiment(dimension=9))
    assert len(str(caught.value).splitlines()) == 1
    assert not workspace.model("svd").exists()
