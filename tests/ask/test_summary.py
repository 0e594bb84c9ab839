"""``firth summary`` of experiments as they may be built."""

import json
from pathlib import Path

import pytest

from firth.ask.summary import print_summary, things_to_try
from firth.errors import FirthError
from firth.workspace import Workspace

PARAMS = """
corpora:
  lm: {source: world}
  translation: {source: world, from: en, to: fr}
report:
  words: [unheard, apple]
"""
WORLD = {
    "one_hot_nearest_neighbor_accuracy": 0.0125, "raw_counts_nearest_neighbor_accuracy": 0.987,
    "svd_nearest_neighbor_accuracy": 0.995, "lm_ngram_test_perplexity": 11.0, "lm_ngram_perplexity_over_source": 1.222,
    "lm_ngram_agreement_one_attractor": 0.5, "lm_ngram_agreement_adjacent_attractor": 0.125,
    "lm_lstm_test_perplexity": 9.5, "lm_lstm_perplexity_over_source": 1.056, "lm_lstm_agreement_one_attractor": 1.0,
    "lm_source_perplexity": 9.0, "translation_none_test_bleu": 74.25, "translation_dot_test_bleu": 95.125,
    "qa_dot_test_exact_match": 0.9875, "qa_baseline_test_exact_match": 0.25, "gradient_lstm_20_steps_back": 0.03125,
}  # fmt: skip


@pytest.fixture
def experiment(folder: Path) -> Workspace:
    """The built-in experiment as it is when all is built, without a commit."""
    workspace = Workspace(folder)
    (folder / ".git").write_text("gitdir: nowhere")
    write(workspace, WORLD)
    workspace.params.write_text(PARAMS)
    workspace.page.write_text("page")
    for name in ("svd", "lm-lstm", "seq2seq-translation-dot"):
        workspace.model(name).mkdir(parents=True)
    workspace.tokens("embeddings").mkdir(parents=True)
    (workspace.tokens("embeddings") / "vocabulary.tsv").write_text("<unk>\t0\napple\t3\n")
    return workspace


def write(workspace: Workspace, numbers: dict[str, float]) -> None:
    path = workspace.root / "reports/headline.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(numbers))


def printed(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> list[str]:
    print_summary(workspace)
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_every_number_is_shown_in_its_group(experiment: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(experiment, capsys)
    assert "  one-hot 0.013   counts 0.987   SVD 0.995" in lines
    rows = [line.split() for line in lines]
    assert ["ngram", "11.00", "1.222", "0.500", "0.125"] in rows
    assert ["lstm", "9.50", "1.056", "1.000", "–"] in rows
    assert ["source", "9.00"] in rows
    assert any(line.startswith("Translation, BLEU ") and "no attention 74.2   dot 95.1" in line for line in lines)
    assert any(line.startswith("Questions, exact match ") and "dot 0.988   baseline 0.250" in line for line in lines)
    assert any(line.startswith("Gradient 20 steps back ÷ 1 ") and line.endswith("lstm 0.0312") for line in lines)
    assert "Page: reports/index.html" in lines


def test_real_text_with_every_model_fits_the_screen(experiment: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = {
        f"{space}_{score}": 0.5
        for space in ("svd", "word2vec")
        for score in ("wordsim353_spearman", "men_spearman", "simlex999_spearman", "google_analogies_accuracy")
    }
    for model in ("ngram", "feedforward", "rnn", "gru", "lstm", "transformer"):
        for score in ("test_perplexity", "dynamic_perplexity", "agreement_one_attractor", "perplexity_over_source"):
            numbers[f"lm_{model}_{score}"] = 123.4
    for split in ("", "_2016_flickr", "_2017_flickr", "_2018_flickr"):
        for attention in ("none", "additive", "dot", "general"):
            numbers[f"translation_{attention}_test{split}_bleu"] = 30.0
    write(experiment, {**WORLD, **numbers})
    experiment.details.mkdir(parents=True)
    rows = "".join(f"number_{place},{f'{place} ' * 60}\n" for place in range(9))
    (experiment.details / "not_measured.csv").write_text(f"number,reason\n{rows}")
    lines = printed(experiment, capsys)
    assert len(lines) <= 40 and max(map(len, lines)) <= 100
    assert any("WordSim-353" in line and "Google analogies" in line for line in lines)
    assert any(line.startswith("Translation, BLEU on 2018_flickr ") and "general 30.0" in line for line in lines)


def test_what_is_not_measured_has_its_reason(experiment: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert not any("not measured" in line for line in printed(experiment, capsys))
    path = experiment.details / "not_measured.csv"
    path.parent.mkdir()
    path.write_text("number,reason\nlm_gru_test_perplexity,the test text has no sentence\n")
    assert "not measured: lm_gru_test_perplexity: the test text has no sentence" in printed(experiment, capsys)


def test_without_a_commit_the_reason_is_given(experiment: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert any("not in a git repository" in line for line in printed(experiment, capsys))


def test_without_a_headline_the_summary_says_how_to_build_it(experiment: Workspace) -> None:
    (experiment.root / "reports/headline.json").unlink()
    with pytest.raises(FirthError, match="build it with `make repro`"):
        print_summary(experiment)


def test_what_to_try_works_on_what_is_built(experiment: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    commands = [
        "firth neighbors apple",
        'firth agree "the dogs near the doctor" bark barks',
        'firth translate "Mary eats apples."',
    ]
    assert [line[6:] for line in printed(experiment, capsys)[-3:]] == commands


def test_a_translator_that_is_no_longer_listed_is_not_asked(
    experiment: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    experiment.settings.mkdir()
    (experiment.settings / "lm-lstm.json").touch()
    assert printed(experiment, capsys)[-1][6:] == "firth generate --count 3"
    (experiment.settings / "seq2seq-translation-dot.json").touch()
    assert printed(experiment, capsys)[-1][6:] == 'firth translate "Mary eats apples."'


def test_on_other_text_nothing_of_the_world_is_asked(experiment: Workspace) -> None:
    params = {"corpora.lm.source": "ptb", "corpora.translation.source": "multi30k", "report.words": ["apple"]}
    assert things_to_try(experiment, params) == [
        "firth neighbors apple",
        'firth next "the"',
        "firth generate --count 3",
    ]
    experiment.model("lm-lstm").rmdir()
    assert things_to_try(experiment, params) == ["firth neighbors apple"]
    assert things_to_try(experiment, {**params, "report.words": ["pear"]}) == []
