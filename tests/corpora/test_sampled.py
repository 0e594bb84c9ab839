"""The world's splits: right sizes, the same each time, held-out items apart from training."""

import csv
import json
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from firth.corpora.sampled import write_embeddings_text, write_lm_text, write_qa_text, write_translation_text
from firth.errors import FirthError
from firth.params.world_params import WorldPairs, WorldStories, WorldText
from firth.text.tokenizer import words
from firth.text.vocabulary import EOS
from firth.training.reproducibility import generator
from firth.world import sample_sentences, token_probabilities, word_forms


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_lm_splits_are_the_worlds_own_unfiltered_draws_with_their_log_probabilities(out: Path) -> None:
    counts = write_lm_text(out, WorldText(sentences=3000, max_depth=1), seed=5)
    for split, size in {"train": 3000, "valid": 150, "test": 150}.items():
        drawn = sample_sentences(size, 1, generator(5, "world", "lm", split))
        assert lines(out / "text" / f"{split}.txt") == [sentence.english for sentence in drawn]
        nats = np.load(out / "log_probabilities" / f"{split}.npy", allow_pickle=False)
        assert nats.dtype == np.float64
        assert nats.tolist() == [sentence.log_probability for sentence in drawn]
        assert counts[split]["sentences"] == size
        assert counts[split]["characters"] == sum(len(sentence.english) for sentence in drawn)
        assert counts[split]["source_entropy_per_sentence"] == pytest.approx(-nats.mean())


def test_every_token_of_the_test_text_has_a_row_with_its_probability(out: Path) -> None:
    write_lm_text(out, WorldText(sentences=100, max_depth=2), seed=1)
    with (out / "token_probabilities" / "test.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert list(rows[0]) == ["token", "category", "probability", "counterpart", "counterpart_probability"]
    text = lines(out / "text" / "test.txt")
    assert [row["token"] for row in rows] == [token for line in text for token in (*words(line, False), EOS)]
    ends = np.cumsum([row["token"] == EOS for row in rows])
    nats = np.bincount(
        ends - [row["token"] == EOS for row in rows], np.log([float(row["probability"]) for row in rows])
    )
    assert nats == pytest.approx(np.load(out / "log_probabilities" / "test.npy", allow_pickle=False), abs=1e-9)
    expected = token_probabilities(text[0], 2)
    assert [list(row.values()) for row in rows[: len(expected)]] == [[*map(str, astuple(row))] for row in expected]


def test_agreement_pairs_are_250_a_condition_under_their_header(out: Path) -> None:
    write_lm_text(out, WorldText(sentences=100, max_depth=2), seed=1)
    with (out / "agreement.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    header = "prefix correct wrong attractors intervening_nouns distance adjacent_attractor neutral"
    assert list(rows[0]) == header.split()
    conditions = [(row["attractors"], row["intervening_nouns"], row["neutral"]) for row in rows]
    assert set(conditions) == {*(tuple(f"{k}00") for k in range(3)), *(tuple(f"0{k}0") for k in (1, 2)), tuple("001")}
    assert {conditions.count(condition) for condition in conditions} == {250}
    assert {row["adjacent_attractor"] for row in rows if int(row["attractors"])} == {"0", "1"}


def test_classes_hold_every_word_form(out: Path) -> None:
    write_embeddings_text(out, WorldText(sentences=100, max_depth=0), seed=1)
    rows = [line.split("\t") for line in lines(out / "classes.tsv")]
    assert rows[0] == ["form", "lemma", "class"]
    assert rows[1:] == [[form.form, form.lemma, form.word_class] for form in word_forms()]


def test_held_out_translations_are_full_and_their_sources_new(out: Path) -> None:
    counts = write_translation_text(out, WorldPairs(pairs=4000, max_depth=0), seed=1, source_language="en")
    sources = {split: set(lines(out / "text" / f"{split}.source.txt")) for split in ("train", "valid", "test")}
    assert {split: counts[split]["pairs"] for split in sources} == {"train": 4000, "valid": 200, "test": 200}
    assert not sources["train"] & sources["valid"]
    assert not sources["train"] & sources["test"]
    assert not sources["valid"] & sources["test"]


def test_the_other_direction_has_the_same_training_pairs_turned_round(out: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for folder, language in ((out, "en"), (other, "fr")):
        write_translation_text(folder, WorldPairs(pairs=300, max_depth=1), seed=1, source_language=language)
    assert lines(out / "text" / "train.source.txt") == lines(other / "text" / "train.target.txt")
    assert lines(out / "text" / "train.target.txt") == lines(other / "text" / "train.source.txt")


def test_held_out_questions_are_full_and_new(out: Path) -> None:
    counts = write_qa_text(out, WorldStories(stories=2500, max_sentences=2), seed=1)
    seen = {}
    for split, size in {"train": 2500, "valid": 125, "test": 125}.items():
        records = [json.loads(line) for line in lines(out / "text" / f"{split}.jsonl")]
        assert len(records) == counts[split]["questions"] == size
        assert all(
            list(record) == ["story", "question", "answer", "supporting", "last_place", "task"] for record in records
        )
        assert all(0 <= place < len(record["story"]) for record in records for place in record["supporting"])
        seen[split] = {(*record["story"], record["question"]) for record in records}
    assert not seen["train"] & seen["valid"]
    assert not (seen["train"] | seen["valid"]) & seen["test"]


def test_the_same_seed_gives_the_same_bytes_and_another_others(tmp_path: Path) -> None:
    settings = WorldStories(stories=100, max_sentences=4)
    folders = [tmp_path / name for name in "abc"]
    for folder, seed in zip(folders, (1, 1, 2), strict=True):
        write_qa_text(folder, settings, seed)
    assert contents(folders[0]) == contents(folders[1]) != contents(folders[2])


def test_a_world_with_nothing_new_to_say_is_one_line(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = sample_sentences(1, 0, generator(1, "few"))
    monkeypatch.setattr("firth.corpora.sampled.sample_sentences", lambda count, depth, rng: few * count)
    monkeypatch.setattr("firth.corpora.sampled.MOST_DRAWS", 5)
    with pytest.raises(FirthError, match=r"world\.translation: the world has too few texts"):
        write_translation_text(out, WorldPairs(pairs=100, max_depth=0), seed=1, source_language="en")
