"""Real `dvc` commands: what is built anew after a change of a value, of code or of a comment, and what is refused."""

import hashlib
import json

import pytest
from pipeline.project import Project
from ruamel.yaml import YAML


def test_a_value_changed_and_changed_back_comes_from_the_run_cache(built: Project) -> None:
    targets = ("ngram", "lm@feedforward")
    recorded = YAML(typ="safe").load((built.root / "dvc.lock").read_text())
    built.change("ngram", "order", 2)
    built.change("lm", "learning_rate", 0.02)
    assert set(built.repro(*targets)) == {"check", *targets}
    built.change("ngram", "order", 3)
    built.change("lm", "learning_rate", 0.007)
    assert set(built.repro(*targets)) == {"check", *(f"{target}*" for target in targets)}
    assert YAML(typ="safe").load((built.root / "dvc.lock").read_text()) == recorded


def test_a_docstring_and_a_comment_run_the_stage_code_alone(built: Project) -> None:
    built.edit(
        "lm/recurrent.py", "class Recurrent(LanguageNetwork):\n", "class Recurrent(LanguageNetwork):  # a comment\n"
    )
    built.edit("measures/perplexity.py", '"""Perplexity and its convention:', '"""Perplexity, and its convention:')
    assert built.repro() == ["code"]
    assert built.changed_files() == ["dvc.lock", "src/firth/lm/recurrent.py", "src/firth/measures/perplexity.py"]


def test_a_changed_bleu_runs_measuring_stages_headline_and_report_and_no_learning_stage(built: Project) -> None:
    built.edit("measures/bleu.py", "metric.corpus_score(list(outputs), [list(references)]).score", "12.5")
    assert built.repro("code") == ["code"]
    measuring = {f"evaluate_seq2seq@{task}-{name}" for task in ("translation", "qa") for name in ("none", "dot")}
    assert built.stale() == measuring
    assert set(built.repro()) == {*measuring, "headline", "report"}
    headline = json.loads((built.root / "reports" / "headline.json").read_text())
    assert {value for name, value in headline.items() if name.endswith("_bleu")} == {12.5}


def test_a_changed_recurrent_network_concerns_recurrent_networks_alone(built: Project) -> None:
    built.edit("lm/recurrent.py", "        self.layers.train()\n", "        self.layers.train(True)\n")
    assert built.repro("code") == ["code"]
    stages = ("lm", "evaluate_lm", "gradients")
    assert built.stale() == {f"{stage}@lstm" for stage in stages}


@pytest.mark.parametrize("command", ["repro", "exp run -S lm.hidden_size=0"])
def test_a_refused_value_costs_nothing(command: str, built: Project) -> None:
    models = sorted(path.name for path in (built.root / "models").iterdir())
    if command == "repro":
        built.change("lm", "hidden_size", 0)
    result = built.run("dvc", *command.split(), check=False)
    assert result.returncode != 0
    lines = [line for line in (result.stdout + result.stderr).splitlines() if "lm.hidden_size" in line]
    assert len(lines) == 1 and lines[0].startswith("error: ")
    assert "Traceback" not in result.stdout + result.stderr
    assert built.changed_files() == ["params.yaml"]
    assert sorted(path.name for path in (built.root / "models").iterdir()) == models


def test_a_stage_run_by_itself_refuses_code_or_values_that_are_not_recorded(built: Project) -> None:
    built.edit("lm/recurrent.py", "        self.layers.train()\n", "        self.layers.train(True)\n")
    result = built.run("firth", "lm", "lstm", check=False)
    assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
    assert "`dvc repro code`" in result.stderr
    built.run("git", "checkout", "--quiet", "src")
    built.change("lm", "hidden_size", 8)
    result = built.run("firth", "lm", "lstm", check=False)
    assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
    assert "`dvc repro check`" in result.stderr


def test_a_queued_experiment_runs_the_code_that_it_was_queued_with_on_text_that_git_does_not_track(
    built: Project,
) -> None:
    """With one network and one attention, for speed."""
    own = built.root / "letters.txt"
    own.write_text("".join(f"the {noun} reads {n} letters .\n" for n in range(60) for noun in ("dog", "cat")))
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    built.change("corpora", "lm", {"path": "letters.txt", "sha256": digest})
    built.change("models", "networks", ["feedforward"])
    built.change("models", "recurrent_networks", [])
    built.change("models", "language_models", ["ngram"])
    built.change("models", "attentions", ["dot"])
    before = '"perplexity": found,'
    built.edit("measures/language_evaluation.py", before, '"perplexity": 1234.5,')
    built.run("dvc", "exp", "run", "--queue", "--name", "queued", "headline")
    built.edit("measures/language_evaluation.py", '"perplexity": 1234.5,', before)
    built.run("dvc", "exp", "run", "--run-all")
    headline = json.loads(built.run("git", "show", f"{experiment(built, 'queued')}:reports/headline.json").stdout)
    assert headline["lm_ngram_test_perplexity"] == 1234.5


def experiment(project: Project, name: str) -> str:
    """The commit of an experiment."""
    refs = project.run("git", "for-each-ref", "--format=%(refname) %(objectname)", "refs/exps").stdout.splitlines()
    (commit,) = [ref.split()[1] for ref in refs if ref.split()[0].endswith(f"/{name}")]
    return commit


def test_a_changed_own_file_stops_the_next_run(built: Project) -> None:
    story = "1 Tim went to the {0}.\n2 Where is Tim?\t{0}\t1\n"
    (built.root / "own.txt").write_text("".join(story.format(place) for place in ("hall", "garden") * 20))
    built.change("corpora", "qa", {"path": "own.txt"})
    assert "  sha256: " in built.run("dvc", "repro", "check", check=False).stderr
    built.run("firth", "check", "--write")
    assert built.repro("tokenize@qa")[-2:] == ["download@qa", "tokenize@qa"]
    assert built.repro("own_files") == ["own_files@qa"]
    (built.root / "own.txt").write_text("1 Ann left.\n")
    stopped = built.run("dvc", "repro", check=False)
    assert stopped.returncode != 0
    assert "error: corpora.qa: own.txt: not the text that params.yaml names" in stopped.stderr
    assert "Running stage 'own_files@qa'" in stopped.stdout
    assert stopped.stdout.count("Running stage") == 1
