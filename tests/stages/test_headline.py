"""Stage ``headline``: results of hand-made folders, gathered."""

import json
from pathlib import Path

import pandas as pd
import pytest
from stages.effective import settings_of

from firth.errors import FirthError
from firth.measures.result_files import write_results
from firth.params.experiment import Params, load_params
from firth.params.models_params import ModelsParams
from firth.stages import headline
from firth.tables import read_csv, write_metrics, write_table
from firth.workspace import Workspace

MODELS = ModelsParams(
    networks=["rnn", "gru"],
    recurrent_networks=["gru"],
    language_models=["ngram", "gru"],
    tasks=["translation", "qa"],
    attentions=["none", "dot"],
)
PERPLEXITIES = {"ngram": 30.5, "gru": 22.25}
ENCODER_DECODERS = ["translation-none", "translation-dot", "qa-none", "qa-dot"]
TRAINED = ["lm-rnn", "lm-gru", *(f"seq2seq-{name}" for name in ENCODER_DECODERS)]

HEADLINE = {
    "counts_nearest_neighbor_accuracy": 0.75,
    "svd_nearest_neighbor_accuracy": 0.75,
    "word2vec_nearest_neighbor_accuracy": 0.75,
    "lm_ngram_test_perplexity": 30.5,
    "lm_source_perplexity": 20.0,
    "lm_gru_test_perplexity": 22.25,
    "translation_none_test_bleu": 11.5,
    "translation_dot_test_bleu": 33.25,
    "qa_none_test_exact_match": 0.115,
    "qa_baseline_test_exact_match": 0.25,
    "qa_dot_test_exact_match": 0.3325,
    "gradient_gru_20_steps_back": 0.125,
}


@pytest.fixture
def params() -> Params:
    params = load_params(Path(__file__).parents[2] / "params.yaml")
    return params.model_copy(update={"models": MODELS})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """What the other stages would have written, in few numbers."""
    built = Workspace(tmp_path)
    for role in ("embeddings", "lm", "translation", "qa"):
        write_metrics(built.raw(role) / "metrics.json", {"train_sentences": 9})
        write_metrics(built.tokens(role) / "metrics.json", {"vocabulary_size": 8})
        write_table(built.tokens(role) / "statistics.csv", pd.DataFrame({"split": ["train"], "tokens": [len(role)]}))
    write_metrics(built.model("counts") / "metrics.json", {"pairs": 77})
    write_metrics(built.model("svd") / "metrics.json", {"explained_variance": 0.5})
    write_metrics(built.model("word2vec") / "metrics.json", {"train_loss": 1.5})
    write_metrics(built.model("lm-ngram") / "metrics.json", {"ngrams": 12})
    for number, name in enumerate(TRAINED):
        folder = built.model(name)
        losses = pd.DataFrame({"epoch": [1, 2], "train_loss": [3.0, 2.0], "valid_loss": [2.5, 2.25]})
        write_table(folder / "curve.csv", losses.assign(valid_perplexity=[12.0, 9.5]))
        write_metrics(folder / "metrics.json", {"parameters": 100 + number, "best_epoch": 2})
    write_metrics(built.model("lm-gru") / "gradient_norm.json", {"largest": 4.5})
    for space in ("counts", "svd", "word2vec"):
        folder = built.evaluation(f"evaluate_vectors-{space}")
        write_table(folder / "vectors.csv", pd.DataFrame({"representation": [space], "score": [0.75]}))
        write_metrics(folder / "metrics.json", {f"{space}_nearest_neighbor_accuracy": 0.75, f"{space}_purity": 0.5})
    for model, perplexity in PERPLEXITIES.items():
        folder = built.evaluation(f"evaluate_lm-{model}")
        row = {"split": "test", "perplexity": perplexity, "source_perplexity": 20.0, "perplexity_over_source": None}
        write_table(folder / "perplexity.csv", pd.DataFrame([row]))
        write_metrics(folder / "metrics.json", {"test_perplexity": perplexity, "source_perplexity": 20.0})
    for attention, bleu in (("none", 11.5), ("dot", 33.25)):
        folder = built.evaluation(f"evaluate_seq2seq-translation-{attention}")
        write_table(folder / "translation.csv", pd.DataFrame({"split": ["test"], "bleu": [bleu]}))
        write_metrics(folder / "metrics.json", {"test_bleu": bleu})
        folder = built.evaluation(f"evaluate_seq2seq-qa-{attention}")
        write_table(
            folder / "answers.csv",
            pd.DataFrame([{"split": "test", "exact_match": bleu / 100, "question_alone": 0.25, "last_place": 0.125}]),
        )
        write_metrics(folder / "metrics.json", {"test_exact_match": bleu / 100, "test_question_alone": 0.25})
        for task in ("translation", "qa"):
            folder = built.evaluation(f"saliency-{task}-{attention}")
            write_table(folder / "saliency_summary.csv", pd.DataFrame({"first_half_share": [0.5]}))
            write_metrics(folder / "metrics.json", {"first_half_share": 0.5})
    folder = built.evaluation("gradients-gru")
    norms = pd.DataFrame({"lag": [1, 20], "norm_before": [1.0, 0.125], "norm_after": [1.0, 0.5]})
    write_table(folder / "gradients.csv", norms)
    write_metrics(folder / "metrics.json", {"20_steps_back": 0.125})
    return built


def test_the_headline_has_the_main_numbers_by_name_and_no_others(params: Params, workspace: Workspace) -> None:
    headline.run(settings_of(params, "headline"), workspace)
    assert json.loads(workspace.headline.read_text()) == HEADLINE


def test_what_the_lists_of_models_do_not_name_is_absent(params: Params, workspace: Workspace) -> None:
    models = {"networks": [], "recurrent_networks": [], "language_models": ["ngram"], "tasks": []}
    fewer = params.model_copy(update={"models": MODELS.model_copy(update=models)})
    headline.run(settings_of(fewer, "headline"), workspace)
    others = ("lm_gru", "translation", "qa", "gradient")
    expected = {name: value for name, value in HEADLINE.items() if not name.startswith(others)}
    assert json.loads(workspace.headline.read_text()) == expected
    assert not {path.stem for path in workspace.details.iterdir()} & {"translation", "answers", "saliency_summary"}


def test_details_have_the_rows_of_every_item_after_its_name(params: Params, workspace: Workspace) -> None:
    headline.run(settings_of(params, "headline"), workspace)
    tables = {path.stem: read_csv(path) for path in workspace.details.iterdir()}
    assert list(tables["perplexity"].columns[:2]) == ["model", "split"]
    assert dict(zip(tables["perplexity"]["model"], tables["perplexity"]["perplexity"], strict=True)) == PERPLEXITIES
    assert tables["translation"].to_numpy().tolist() == [
        ["translation", "none", "test", 11.5],
        ["translation", "dot", "test", 33.25],
    ]
    assert tables["vectors"]["space"].tolist() == ["counts", "svd", "word2vec"]
    assert tables["texts"].to_numpy().tolist() == [
        [role, "train", len(role)] for role in ("embeddings", "lm", "translation", "qa")
    ]
    assert tables["learning_curves"]["model"].tolist() == [name for name in TRAINED for _ in range(2)]
    training = tables["training"].set_index("model")
    assert training["parameters"].to_dict() == {name: 100 + number for number, name in enumerate(TRAINED)}
    assert (training["epochs"] == 2).all()
    assert training["gradient_norm.largest"].dropna().to_dict() == {"lm-gru": 4.5}


def test_numbers_that_are_not_measured_are_null_and_their_reasons_are_gathered(
    params: Params, workspace: Workspace
) -> None:
    missing = {
        "evaluate_lm-ngram": {"test_perplexity": "no text", "source_perplexity": "no source"},
        "evaluate_seq2seq-qa-none": {"test_exact_match": "no questions", "test_question_alone": "no questions"},
        "gradients-gru": {"20_steps_back": "too short"},
        "saliency-qa-dot": {"first_half_share": "all odd"},
        "evaluate_vectors-svd": {"svd_nearest_neighbor_accuracy": "no words"},
    }
    for item, reasons in missing.items():
        write_results(workspace.evaluation(item), item, {}, {}, reasons)
    for attention in ("none", "dot"):
        path = workspace.evaluation(f"evaluate_seq2seq-qa-{attention}") / "answers.csv"
        write_table(path, read_csv(path).assign(question_alone=None, last_place=None))
    headline.run(settings_of(params, "headline"), workspace)
    numbers = json.loads(workspace.headline.read_text())
    assert [name for name, value in numbers.items() if value is None] == [
        "svd_nearest_neighbor_accuracy", "lm_ngram_test_perplexity", "qa_none_test_exact_match",
        "gradient_gru_20_steps_back", "lm_source_perplexity", "qa_baseline_test_exact_match",
    ]  # fmt: skip
    assert dict(read_csv(workspace.details / "not_measured.csv").itertuples(index=False)) == {
        "svd_nearest_neighbor_accuracy": "no words",
        "lm_ngram_test_perplexity": "no text",
        "lm_ngram_source_perplexity": "no source",
        "lm_source_perplexity": "no source",
        "qa_none_test_exact_match": "no questions",
        "qa_none_test_question_alone": "no questions",
        "qa_baseline_test_exact_match": "no questions",
        "gradient_gru_20_steps_back": "too short",
        "saliency_qa_dot_first_half_share": "all odd",
    }


def test_a_table_without_rows_leaves_the_types_of_the_others(params: Params, workspace: Workspace) -> None:
    empty = pd.DataFrame(columns=["split", "bleu"])
    write_table(workspace.evaluation("evaluate_seq2seq-translation-none") / "translation.csv", empty)
    headline.run(settings_of(params, "headline"), workspace)
    assert (workspace.details / "translation.csv").read_text() == (
        "task,attention,split,bleu\ntranslation,dot,test,33.25\n"
    )


def test_metrics_of_every_item_are_gathered_for_git_and_old_ones_go(params: Params, workspace: Workspace) -> None:
    write_metrics(workspace.metrics / "lm-transformer.json", {"parameters": 1})
    headline.run(settings_of(params, "headline"), workspace)
    found = {path.stem: json.loads(path.read_text()) for path in workspace.metrics.iterdir()}
    assert "lm-transformer" not in found
    assert found["lm-gru"] == {"parameters": 101, "best_epoch": 2}
    assert found["evaluate_seq2seq-qa-dot"] == {"test_exact_match": 0.3325, "test_question_alone": 0.25}
    assert found["download-qa"] == {"train_sentences": 9} and found["cooccurrence"] == {"pairs": 77}
    assert len(found) == 4 + 4 + 4 + 2 + 4 + 3 + 2 + 4 + 1 + 4


def test_figures_get_their_points(params: Params, workspace: Workspace) -> None:
    headline.run(settings_of(params, "headline"), workspace)
    plots = {path.stem: read_csv(path) for path in workspace.plots.iterdir()}
    assert plots["language_model_curves"]["valid_perplexity"].tolist() == [12.0, 9.5] * 2
    assert plots["gradients_by_lag"]["norm"].tolist() == [1.0, 0.125]
    assert len(plots["perplexity_over_source"]) == 0  # no value, no point


@pytest.mark.parametrize(
    ("missing", "stage"),
    [
        ("evaluate_lm-gru", "evaluate_lm@gru"),
        ("evaluate_seq2seq-qa-dot", "evaluate_seq2seq@qa-dot"),
    ],
)
def test_a_missing_result_names_the_stage_that_makes_it(
    missing: str, stage: str, params: Params, workspace: Workspace
) -> None:
    workspace.evaluation(missing).rename(workspace.evaluation("elsewhere"))
    with pytest.raises(FirthError, match=rf"{missing}: not there yet; build it with `dvc repro {stage}`"):
        headline.run(settings_of(params, "headline"), workspace)
    assert not workspace.headline.exists() and not workspace.details.exists()


@pytest.mark.parametrize(
    ("path", "content", "fault"),
    [
        ("evaluations/evaluate_lm-gru/metrics.json", "[1]", "damaged .*`dvc repro evaluate_lm@gru`"),
        ("evaluations/evaluate_lm-gru/metrics.json", '{"test_perplexity": "x"}', "test_perplexity is x;"),
        ("evaluations/evaluate_lm-gru/perplexity.csv", "text\na\n", "has no split .*`dvc repro evaluate_lm@gru`"),
        ("evaluations/gradients-gru/gradients.csv", "lag,norm_before\n1,a\n", "has text.*`dvc repro gradients@gru`"),
        ("evaluations/gradients-gru/gradients.csv", "network,lag\n1,1\n", "has a column network"),
        ("models/lm-rnn/curve.csv", "", "not a table .*`dvc repro lm@rnn`"),
        ("models/lm-rnn/curve.csv", "epoch\none\n", "has text.*`dvc repro lm@rnn`"),
        ("models/lm-gru/gradient_norm.json", "{", "damaged .*`dvc repro lm@gru`"),
        ("models/counts/metrics.json", '{"a": NaN}', "a is nan; .*`dvc repro cooccurrence`"),
        ("data/tokens/qa/statistics.csv", "a\n1\n", "not the statistics .*`dvc repro tokenize@qa`"),
    ],
)
def test_a_damaged_result_is_one_line_and_nothing_is_written(
    params: Params, workspace: Workspace, path: str, content: str, fault: str
) -> None:
    (workspace.root / path).write_text(content)
    with pytest.raises(FirthError, match=f"{Path(path).name}: {fault}"):
        headline.run(settings_of(params, "headline"), workspace)
    assert not workspace.headline.exists() and not workspace.details.exists()
