"""Stage ``evaluate_seq2seq`` on small texts: outputs and scores are those of the saved model."""

import json
from pathlib import Path

import numpy as np
import pytest
import sacrebleu
from scipy.stats import binomtest
from stages.effective import settings_of
from stages.small_pairs import make_questions, make_translations, small_networks

from firth.errors import FirthError
from firth.measures.paired_bootstrap import score, score_interval
from firth.measures.scored_items import load_items
from firth.params.experiment import Params
from firth.params.task_names import Attention, Task
from firth.seq2seq.encoder_decoder import load
from firth.seq2seq.pairs import Pairs
from firth.seq2seq.search import decode_all
from firth.stages import evaluate_seq2seq, seq2seq
from firth.tables import read_csv
from firth.text.streams import TokenStream
from firth.text.subwords import Subwords
from firth.text.text_encoding import subwords_file
from firth.text.tokenizer import join_words
from firth.text.vocabulary import Vocabulary, vocabulary_file
from firth.workspace import Workspace


@pytest.fixture
def params() -> Params:
    return small_networks()


def wilson(right: int, questions: int) -> tuple[float, float]:
    interval = binomtest(right, questions).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def train_and_evaluate(params: Params, workspace: Workspace, task: Task, attention: Attention) -> Path:
    """The folder of the evaluation."""
    seq2seq.run(settings_of(params, "seq2seq", task, attention), workspace, task, attention)
    evaluate_seq2seq.run(settings_of(params, "evaluate_seq2seq", task, attention), workspace, task, attention)
    return workspace.evaluation(f"evaluate_seq2seq-{task}-{attention}")


def test_answers_and_scores_are_those_of_the_saved_model(params: Params, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    make_questions(workspace)
    folder = train_and_evaluate(params, workspace, "qa", "none")
    scores, groups = read_csv(folder / "answers.csv").set_index("split"), read_csv(folder / "answer_groups.csv")

    network, pairs = load(workspace.model("seq2seq-qa-none")), Pairs.load(workspace.tokens("qa"), "test")
    vocabulary = Vocabulary.load(vocabulary_file(workspace.tokens("qa"), "target"))
    settings, search = network.configuration.settings, params.seq2seq_for("qa", "none").search()
    outputs = [
        join_words(vocabulary.decode(output))
        for output in decode_all(network, pairs.source, settings, search, "32-true")
    ]
    items = [json.loads(line) for line in (workspace.raw("qa") / "text" / "test.jsonl").read_text().splitlines()]
    written = [json.loads(line) for line in (folder / "outputs" / "test.jsonl").read_text().splitlines()]
    for answer, item, output in zip(written, items, outputs, strict=True):
        assert answer == {
            "story": item["story"], "question": item["question"], "reference": item["answer"], "output": output,
            "chrf": pytest.approx(sacrebleu.sentence_chrf(output, [item["answer"]]).score, abs=0.006),
        }  # fmt: skip
    right = [output == item["answer"] for output, item in zip(outputs, items, strict=True)]
    assert scores.at["test", "exact_match"] == pytest.approx(np.mean(right), rel=1e-5)
    assert scores.at["test", "last_place"] == pytest.approx(
        np.mean(["garden" in item["answer"] for item in items]), rel=1e-5
    )
    assert scores.at["test", "questions"] == len(items)
    by_sentences = groups[groups["grouping"] == "sentences"]
    assert set(by_sentences["group"]) == {1, 2} and by_sentences["questions"].sum() == len(items)
    low, high = wilson(sum(right), len(right))
    assert scores.loc["test", ["exact_match_low", "exact_match_high"]].tolist() == pytest.approx([low, high], rel=1e-5)
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics == {f"test_{name}": scores.at["test", name] for name in ("exact_match", "question_alone")}
    assert load_items(folder / "items.safetensors")["test_exact_match"].summands[:, 0].tolist() == right


def test_every_test_split_of_a_translation_is_scored_against_the_raw_text(params: Params, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    make_translations(workspace)
    folder, tokens = train_and_evaluate(params, workspace, "translation", "none"), workspace.tokens("translation")
    scores = read_csv(folder / "translation.csv").set_index("split")
    assert list(scores.index) == ["test_one", "test_two"]

    subwords = Subwords.load(subwords_file(tokens, "target"))
    network, stream = load(workspace.model("seq2seq-translation-none")), TokenStream.load(tokens, "test_two.source")
    settings, search = network.configuration.settings, params.seq2seq_for("translation", "none").search()
    texts = [subwords.decode(output) for output in decode_all(network, stream, settings, search, "32-true")]
    raw = workspace.raw("translation") / "text"
    sources, references = ((raw / f"test_two.{side}.txt").read_text().splitlines() for side in ("source", "target"))
    assert any(texts)
    assert scores.at["test_two", "bleu"] == pytest.approx(sacrebleu.corpus_bleu(texts, [references]).score, rel=1e-5)
    assert scores.at["test_two", "chrf"] == pytest.approx(sacrebleu.corpus_chrf(texts, [references]).score, rel=1e-5)
    written = [json.loads(line) for line in (folder / "outputs" / "test_two.jsonl").read_text().splitlines()]
    assert written == [
        {
            "source": source,
            "reference": reference,
            "output": text,
            "chrf": pytest.approx(sacrebleu.sentence_chrf(text, [reference]).score, abs=0.006),
        }
        for source, reference, text in zip(sources, references, texts, strict=True)
    ]
    assert (folder / "outputs" / "test_one.jsonl").exists()
    metrics = json.loads((folder / "metrics.json").read_text())
    expected = {f"{split}_{name}": scores.at[split, name] for split in scores.index for name in ("bleu", "chrf")}
    assert metrics == expected
    for split in scores.index:
        items = load_items(folder / "items.safetensors")[f"{split}_bleu"]
        assert score("bleu", items.summands.sum(axis=0, keepdims=True)) == pytest.approx(
            scores.at[split, "bleu"], rel=1e-5
        )
        interval = scores.loc[split, ["bleu_low", "bleu_high"]].tolist()
        assert interval == pytest.approx(score_interval("bleu", items), rel=1e-5)
    lengths = read_csv(folder / "source_length.csv")
    assert lengths.groupby("split")["sentences"].sum().to_dict() == scores["sentences"].to_dict()


def test_the_same_model_gives_the_same_bytes(params: Params, tmp_path: Path) -> None:
    results = []
    for place in ("one", "two"):
        workspace = Workspace(tmp_path / place)
        make_questions(workspace)
        folder = train_and_evaluate(params, workspace, "qa", "none")
        results.append({path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()})
    assert results[0] == results[1]
    assert {
        "test.jsonl",
        "answers.csv",
        "answer_groups.csv",
        "output_lengths.csv",
        "metrics.json",
        "items.safetensors",
    } == {*results[0]}


def test_a_missing_model_names_the_stage_that_makes_it(params: Params, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    make_questions(workspace)
    with pytest.raises(FirthError, match=r"build it with `dvc repro seq2seq@qa-none`"):
        evaluate_seq2seq.run(settings_of(params, "evaluate_seq2seq", "qa", "none"), workspace, "qa", "none")
