"""``firth compare`` beyond noise: scores of test items in DVC's cache, of two commits and the workspace."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from ask.asking import Ask
from repositories import commit, make_repository

from firth.ask.compare import Change, compare
from firth.ask.comparison_lines import print_comparison
from firth.ask.snapshots import committed
from firth.ask.stored_items import NotStoredError
from firth.measures.paired_bootstrap import difference_interval
from firth.measures.scored_items import ScoredItems, digest, save_items, share_items

QUESTIONS = [f"Where is {name}?" for name in range(200)]
QA, LSTM = "evaluations/evaluate_seq2seq-qa-dot", "evaluations/evaluate_lm-lstm"
RIGHT, PERPLEXITY = "qa_dot_test_exact_match", "lm_lstm_test_perplexity"


def answers(right: int, questions: list[str] = QUESTIONS) -> ScoredItems:
    """The first ``right`` questions are answered."""
    return share_items(np.arange(len(questions)) < right, questions)


def sentences(nats: float) -> ScoredItems:
    """40 sentences of 10 tokens, 20 nats each and ``nats`` more."""
    return ScoredItems(np.tile([20.0 + nats, 10], (40, 1)), digest(["text"]))


class Experiment:
    """A git repository with headline numbers, and a DVC cache with the scores of test items, as stages leave them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.objects = folder, folder / ".dvc" / "cache" / "files" / "md5"
        (folder / ".dvc").mkdir()
        (folder / ".dvc" / "config").touch()
        (folder / "reports").mkdir()
        (folder / "params.yaml").write_text("seed: 1\n")
        (folder / ".gitignore").write_text("/.dvc/cache\n/items\n")
        make_repository(folder)

    def build(self, numbers: dict[str, float], evaluations: dict[str, dict[str, ScoredItems]]) -> None:
        """What a build leaves: headline numbers, and test items that dvc.lock records."""
        (self.folder / "reports/headline.json").write_text(json.dumps(numbers))
        outs = [{"path": path, "md5": self._store_folder(items)} for path, items in evaluations.items()]
        (self.folder / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": {"all": {"outs": outs}}}))

    def _store_folder(self, items: dict[str, ScoredItems]) -> str:
        place = self.folder / "items"
        place.mkdir(exist_ok=True)
        save_items(place, items)
        listing = (
            [{"md5": self._store((place / "items.safetensors").read_bytes()), "relpath": "items.safetensors"}]
            if items
            else []
        )
        return self._store(json.dumps(listing).encode(), ".dir") + ".dir"

    def _store(self, content: bytes, ending: str = "") -> str:
        checksum = hashlib.md5(content, usedforsecurity=False).hexdigest()
        path = self.objects / checksum[:2] / (checksum[2:] + ending)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return checksum


@pytest.fixture
def experiment(folder: Path) -> Experiment:
    """A commit whose model answers 100 of 200 questions, with a perplexity of exp(2)."""
    found = Experiment(folder)
    found.build(
        {RIGHT: 0.5, PERPLEXITY: 7.38906},
        {QA: {"test_exact_match": answers(100)}, LSTM: {"test_perplexity": sentences(0)}},
    )
    commit(found.folder)
    return found


def printed(experiment: Experiment, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    print_comparison(compare(experiment.folder))
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_a_change_within_noise_is_told_from_one_beyond(
    experiment: Experiment, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    items = {QA: {"test_exact_match": answers(101)}, LSTM: {"test_perplexity": sentences(0.1)}}
    experiment.build({RIGHT: 0.505, PERPLEXITY: 7.46332}, items)
    noise, worse = compare(experiment.folder).moved
    assert noise.verdict == "within noise"
    assert noise.interval == difference_interval("test_exact_match", answers(100), answers(101))
    assert worse.verdict == "worse"
    assert worse.interval == pytest.approx((np.exp(2.01) - np.exp(2), np.exp(2.01) - np.exp(2)))
    rows = printed(experiment, capsys)
    assert [RIGHT, "0.500", "0.505", "+0.005", "+0.000", "to", "+0.015", "within", "noise"] in rows
    assert [PERPLEXITY, "7.39", "7.46", "+0.07", "+0.07", "to", "+0.07", "worse"] in rows
    assert ["2", "numbers", "moved", "(1", "worse,", "1", "within", "noise),", "0", "unchanged"] in rows
    assert ask("compare", "--fail-on", "worse").status == 1
    assert ask("compare").status == 0
    commit(experiment.folder)
    assert compare(experiment.folder, "HEAD~", "HEAD").moved == [noise, worse]
    assert ask("compare", "HEAD", "HEAD~", "--fail-on", "worse").status == 0  # one better, one within noise


def test_other_questions_have_no_interval(experiment: Experiment, capsys: pytest.CaptureFixture[str]) -> None:
    experiment.build(
        {RIGHT: 0.505, PERPLEXITY: 7.38906}, {QA: {"test_exact_match": answers(101, ["?", *QUESTIONS[1:]])}}
    )
    (change,) = compare(experiment.folder).moved
    assert (change.interval, change.verdict) == (None, "better")
    assert [RIGHT, "0.500", "0.505", "+0.005", "other", "texts", "better"] in printed(experiment, capsys)


def test_scores_that_cannot_be_read_are_one_line_that_says_what_to_do(
    experiment: Experiment, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = {RIGHT: 0.4, PERPLEXITY: 8.0}
    one = Change(RIGHT, 0.5, 0.4), Change(PERPLEXITY, 7.38906, 8.0)

    def reason() -> str:
        found = compare(experiment.folder)
        assert tuple(found.moved) == one and set(found.without_interval) == {RIGHT, PERPLEXITY}
        (row,) = [row for row in printed(experiment, capsys) if row[:2] == ["no", "interval"]]
        return " ".join(row).removeprefix("no interval for 2 numbers: ")

    experiment.build(numbers, {})
    assert reason() == "no scores of test items in dvc.lock of workspace"
    experiment.build(numbers, {QA: {}, LSTM: {}})
    assert reason() == "measured before items.safetensors was stored: workspace"
    items = {QA: {"test_exact_match": answers(80)}, LSTM: {"test_perplexity": sentences(1)}}
    experiment.build(numbers, items)
    for path in experiment.objects.rglob("*"):
        if path.is_file() and not path.suffix:
            path.write_bytes(b"damaged")
    assert reason() == "DVC's cache is damaged; `firth verify` says where"
    shutil.rmtree(experiment.objects)
    assert reason() == "not in DVC's cache; `dvc fetch -A evaluate_lm evaluate_seq2seq`"
    (experiment.folder / "dvc.lock").write_text("<<<<<<< HEAD")
    assert "dvc fetch" in reason()  # of the commit


def test_what_can_t_be_read_from_the_cache_is_one_kind_of_error(experiment: Experiment) -> None:
    stored = committed(experiment.folder, "HEAD").items
    assert stored.read("evaluate_lm-lstm", "items.safetensors", Path.is_file)
    with pytest.raises(NotStoredError, match="damaged"):
        stored.read("evaluate_lm-lstm", "items.safetensors", lambda path: json.loads(path.read_text("latin-1")))
    with pytest.raises(NotStoredError, match=r"no scores of test items in dvc\.lock of HEAD"):
        stored.read("evaluate_lm-gru", "items.safetensors", Path.is_file)
    shutil.rmtree(experiment.objects)
    with pytest.raises(NotStoredError, match="not in DVC's cache"):
        stored.read("evaluate_lm-lstm", "items.safetensors", Path.read_bytes)


def test_a_number_that_is_no_longer_measured_fails_as_a_worse_one(experiment: Experiment, ask: Ask) -> None:
    items = {QA: {"test_exact_match": answers(100)}}
    experiment.build({RIGHT: 0.5}, items)
    assert ask("compare", "--fail-on", "worse").status == 0  # a model that is no longer trained
    (experiment.folder / "reports/details").mkdir()
    (experiment.folder / "reports/details/not_measured.csv").write_text(f"number,reason\n{PERPLEXITY},diverged\n")
    assert ask("compare", "--fail-on", "worse").status == 1


def test_the_items_that_are_read_are_those_of_the_evaluation(experiment: Experiment) -> None:
    stored = committed(experiment.folder, "HEAD").items
    assert stored.find("svd_nearest_neighbor_accuracy") is None
    assert stored.find("lm_source_perplexity") is None
    found = stored.find(PERPLEXITY)
    assert found and found.summands.tolist() == sentences(0).summands.tolist()
    assert stored.find("lm_lstm_agreement_one_attractor") is None
