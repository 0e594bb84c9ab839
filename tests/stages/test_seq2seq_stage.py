import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sacrebleu
import torch

from firth.errors import FirthError
from firth.params.alignment import AlignmentParams
from firth.params.experiment import Params, load_params
from firth.params.seq2seq import Attention, Seq2seqOverride, Seq2seqOverrides
from firth.seq2seq.data import Pairs
from firth.seq2seq.networks import load
from firth.seq2seq.search import decode_all
from firth.stages import alignment
from firth.stages.seq2seq import run
from firth.text.sides import SIDES, subwords_file, vocabulary_file
from firth.text.streams import TokenStream
from firth.text.subwords import Subwords, train_subwords
from firth.text.tokenizer import join_words, words
from firth.text.vocabulary import EOS, PAD, UNK, Vocabulary
from firth.vectors.keyed_vectors import save_vectors
from firth.workspace import Workspace, write_text

PRESET = Path(__file__).parents[2] / "presets" / "world.yaml"
NAMES, PLACES = ("Tim", "Mary", "Emma"), ("garden", "kitchen", "cellar")


@pytest.fixture
def params() -> Params:
    torch.set_num_threads(1)
    params = load_params(PRESET)
    small = {
        "embedding_size": 16, "hidden_size": 32, "layers": 1, "dropout": 0.0, "batch_size": 16, "max_epochs": 2,
        "max_length": 20,
    }  # fmt: skip
    return params.model_copy(
        update={
            "seq2seq": params.seq2seq.model_copy(update=small),
            "seq2seq_overrides": Seq2seqOverrides(**dict.fromkeys(Seq2seqOverrides.model_fields, Seq2seqOverride())),
            "compute": params.compute.model_copy(update={"accelerator": "cpu", "devices": 1}),
        }
    )


def save_stream(folder: Path, name: str, sentences: list[list[int]]) -> None:
    ids = np.array([token for sentence in sentences for token in sentence], dtype=np.uint16)
    TokenStream(ids, np.cumsum([0, *map(len, sentences)])).save(folder, name)


def make_questions(workspace: Workspace) -> None:
    random = np.random.default_rng(0)
    raw, tokens = workspace.raw("qa") / "text", workspace.tokens("qa")
    raw.mkdir(parents=True)
    tokens.mkdir(parents=True)
    splits: dict[str, list[dict[str, Any]]] = {}
    for split, count in (("train", 120), ("valid", 20), ("test", 110)):
        splits[split] = []
        for _ in range(count):
            name, place = random.choice(NAMES), random.choice(PLACES)
            item = {
                "story": [f"{name} is in the {place}."] * int(random.integers(1, 3)),
                "question": f"Where is {name}?", "answer": f"{name} is in the {place}.", "supporting": [0],
                "last_place": f"{name} is in the garden.", "task": None,
            }  # fmt: skip
            splits[split].append(item)
        (raw / f"{split}.jsonl").write_text("".join(json.dumps(item) + "\n" for item in splits[split]))
    types = sorted({*NAMES, *PLACES, "Where", "is", "in", "the", ".", "?"})
    vocabulary = Vocabulary([UNK, EOS, PAD, *types], [0] * (len(types) + 3))
    for side in SIDES:
        vocabulary.save(vocabulary_file(tokens, side))
    for split, items in splits.items():
        sources = [" ".join([*item["story"], item["question"]]) for item in items]
        for side, texts in (("source", sources), ("target", [item["answer"] for item in items])):
            save_stream(tokens, f"{split}.{side}", [vocabulary.encode(words(text, False)).tolist() for text in texts])


def make_translations(workspace: Workspace) -> None:
    raw, tokens = workspace.raw("translation") / "text", workspace.tokens("translation")
    raw.mkdir(parents=True)
    tokens.mkdir(parents=True)
    lines = {
        split: (
            [f"{n} sees a {p}." for n in NAMES for p in PLACES],
            [f"{n} voit un {p}." for n in NAMES for p in PLACES],
        )
        for split in ("train", "valid", "test_one", "test_two")
    }
    lines["train"] = (lines["train"][0] * 40, lines["train"][1] * 40)
    subwords = train_subwords([side for pair in lines.values() for side in pair], 300, lowercase=False)
    for side in SIDES:
        subwords.save(subwords_file(tokens, side))
        Vocabulary(subwords.pieces, [0] * len(subwords.pieces)).save(vocabulary_file(tokens, side))
    for split, pair in lines.items():
        for side, texts in zip(("source", "target"), pair, strict=True):
            (raw / f"{split}.{side}.txt").write_text("".join(f"{text}\n" for text in texts))
            save_stream(tokens, f"{split}.{side}", list(subwords.encode_lines(texts)))


def files(workspace: Workspace, name: str) -> dict[str, bytes]:
    paths = [*filter(Path.is_file, workspace.model(name).rglob("*")), workspace.plot(name), workspace.metrics(name)]
    return {path.name: path.read_bytes() for path in paths}


def test_answers_and_scores_are_those_of_the_saved_model(params: Params, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    make_questions(workspace)
    run(params, workspace, "qa", "none")
    name = "seq2seq-qa-none"
    metrics = json.loads(workspace.metrics(name).read_text())
    folder = workspace.model(name)

    network, pairs = load(folder), Pairs.load(workspace.tokens("qa"), "test")
    vocabulary = Vocabulary.load(vocabulary_file(workspace.tokens("qa"), "target"))
    outputs = [
        join_words(vocabulary.decode(output))
        for output in decode_all(network, pairs.source, network.configuration.settings, "32-true")
    ]
    items = [json.loads(line) for line in (workspace.raw("qa") / "text" / "test.jsonl").read_text().splitlines()]
    said = [json.loads(line) for line in (folder / "outputs" / "test.jsonl").read_text().splitlines()]
    for answer, item, output in zip(said, items, outputs, strict=True):
        assert answer == {
            "story": item["story"], "question": item["question"], "reference": item["answer"], "output": output,
            "chrf": pytest.approx(sacrebleu.sentence_chrf(output, [item["answer"]]).score, abs=0.006),
        }  # fmt: skip
    right = [output == item["answer"] for output, item in zip(outputs, items, strict=True)]
    assert metrics["test"]["exact_match"] == pytest.approx(np.mean(right), rel=1e-5)
    assert metrics["test"]["baselines"]["last_place"] == pytest.approx(
        np.mean(["garden" in item["answer"] for item in items]), rel=1e-5
    )
    assert set(metrics["test"]["by_sentences"]) == {"1", "2"}
    assert metrics["parameters"] == sum(parameter.numel() for parameter in network.parameters())

    curve = list(csv.DictReader(workspace.plot(name).read_text().splitlines()))
    assert metrics["epochs"] == len(curve) == 2
    best = curve[metrics["best_epoch"] - 1]
    assert metrics["valid"]["loss"] == min(float(row["valid_loss"]) for row in curve) == float(best["valid_loss"])
    assert float(best["valid_perplexity"]) == pytest.approx(math.exp(float(best["valid_loss"])), rel=1e-4)


def test_every_test_split_of_a_translation_is_scored_against_the_raw_text(params: Params, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    make_translations(workspace)
    run(params, workspace, "translation", "none")
    metrics = json.loads(workspace.metrics("seq2seq-translation-none").read_text())
    assert [name for name in metrics if name.startswith("test")] == ["test_one", "test_two"]

    folder, tokens = workspace.model("seq2seq-translation-none"), workspace.tokens("translation")
    subwords = Subwords.load(subwords_file(tokens, "target"))
    network, stream = load(folder), TokenStream.load(tokens, "test_two.source")
    texts = [
        subwords.decode(output) for output in decode_all(network, stream, network.configuration.settings, "32-true")
    ]
    raw = workspace.raw("translation") / "text"
    sources, references = ((raw / f"test_two.{side}.txt").read_text().splitlines() for side in ("source", "target"))
    assert any(texts)
    assert metrics["test_two"]["bleu"] == pytest.approx(sacrebleu.corpus_bleu(texts, [references]).score, rel=1e-5)
    assert metrics["test_two"]["chrf"] == pytest.approx(sacrebleu.corpus_chrf(texts, [references]).score, rel=1e-5)
    said = [json.loads(line) for line in (folder / "outputs" / "test_two.jsonl").read_text().splitlines()]
    assert said == [
        {
            "source": source,
            "reference": reference,
            "output": text,
            "chrf": pytest.approx(sacrebleu.sentence_chrf(text, [reference]).score, abs=0.006),
        }
        for source, reference, text in zip(sources, references, texts, strict=True)
    ]
    assert (folder / "outputs" / "test_one.jsonl").exists()


def test_same_params_give_the_same_bytes(params: Params, tmp_path: Path) -> None:
    results = []
    for place in ("one", "two"):
        workspace = Workspace(tmp_path / place)
        make_questions(workspace)
        run(params, workspace, "qa", "none")
        results.append(files(workspace, "seq2seq-qa-none"))
        torch.rand(7)  # whatever has been drawn before does not matter
    assert results[0] == results[1]


def test_missing_tokens_name_the_stage_that_makes_them(params: Params, tmp_path: Path) -> None:
    with pytest.raises(FirthError, match="tokenize@qa"):
        run(params, Workspace(tmp_path), "qa", "none")


@pytest.mark.parametrize("attention", ["none", "additive"])
def test_alignment_watches_the_trained_model(params: Params, tmp_path: Path, attention: Attention) -> None:
    workspace = Workspace(tmp_path)
    make_questions(workspace)
    write_text(workspace.raw("qa") / "corpus.json", json.dumps({"tokenized": False}))
    watched = ["Tim is in the garden. Where is Tim?", "Zoe is in the cellar."]
    params = params.model_copy(update={"alignment": AlignmentParams(translation=[], qa=watched)})
    run(params, workspace, "qa", attention)
    alignment.run(params, workspace, "qa", attention)
    name = f"alignment-qa-{attention}"
    metrics = json.loads(workspace.metrics(name).read_text())
    rows = list(csv.DictReader(workspace.plot(name).read_text().splitlines()))
    norms = np.zeros((7, metrics["source_length"]))  # a target's tokens and <eos>
    for row in rows:
        norms[int(row["output_position"]) - 1, int(row["source_position"]) - 1] = float(row["gradient_norm"])
    assert (norms > 0).all()
    assert metrics["gradient_norm"]["first"] == pytest.approx(norms[:, 0].mean(), rel=1e-3)
    assert metrics["gradient_norm"]["last"] == pytest.approx(norms[:, -1].mean(), rel=1e-3)
    halves = norms[:, : norms.shape[1] // 2].sum(1) / norms.sum(1)
    assert metrics["first_half_share"] == pytest.approx(halves.mean(), rel=1e-3)

    cells = list(csv.DictReader(workspace.plot(f"{name}-sentences").read_text().splitlines()))
    for number, sentence in enumerate(watched, start=1):
        found = [cell for cell in cells if cell["sentence"] == str(number)]
        source = [word if word != "Zoe" else UNK for word in words(sentence, False)]
        assert [cell["source"] for cell in found if cell["output_position"] == "1"] == source
        assert found[-1]["output"] == EOS
        if attention == "none":
            assert {cell["attention"] for cell in found} == {""}
        else:
            first = [float(cell["attention"]) for cell in found if cell["output_position"] == "1"]
            assert sum(first) == pytest.approx(1, abs=1e-3)


def test_embeddings_may_begin_as_word_vectors(params: Params, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    make_translations(workspace)
    vectors = np.random.default_rng(0).normal(size=(3, 16))
    workspace.model("svd").mkdir(parents=True)
    save_vectors(["mary", "sees", "unseen"], vectors, workspace.model("svd"))
    changes = {"initial_embeddings": "svd", "max_epochs": 1, "learning_rate": 1e-30}
    params = params.model_copy(update={"seq2seq": params.seq2seq.model_copy(update=changes)})
    run(params, workspace, "translation", "none")
    metrics = json.loads(workspace.metrics("seq2seq-translation-none").read_text())
    network = load(workspace.model("seq2seq-translation-none"))
    pieces = Subwords.load(subwords_file(workspace.tokens("translation"), "source")).words()
    assert metrics["initial_embeddings_covered"] == pytest.approx({"source": 2 / len(pieces)}, rel=1e-4)
    ratios = {}
    for side, embedding in (("source", network.encoder.embedding), ("target", network.decoder.embedding)):
        rows = [embedding.weight[pieces.index(word)].detach().numpy() for word in ("Mary", "sees")]
        ratios[side] = np.stack(rows) / vectors[:2]
    np.testing.assert_allclose(ratios["source"], ratios["source"][0, 0], rtol=1e-4)
    assert ratios["target"].std() > 0.1  # as random as ever: the vectors are of the source's language
