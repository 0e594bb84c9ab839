"""Stage ``evaluate_lm`` on a language of four sentences of known probability."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from stages.four_sentences import (
    LM,
    TOKENS,
    agreement_of,
    evaluate,
    experiment,
    metrics_in,
    rows_of,
    source_perplexity_of,
    train_lm,
    train_ngram,
    workspace_at,
)

from firth.errors import FirthError
from firth.lm.network_scorer import NetworkScorer
from firth.lm.networks import load
from firth.measures.dynamic_evaluation import DynamicScorer
from firth.measures.paired_bootstrap import score
from firth.measures.perplexity import cross_entropy, perplexity
from firth.measures.scored_items import load_items
from firth.ngram.kneser_ney import KneserNey, train_kneser_ney
from firth.ngram.ngram_scorer import NgramScorer
from firth.params.dynamic_evaluation_params import DynamicEvaluation
from firth.params.settings import Settings
from firth.params.tokens_params import Segmentation
from firth.stages import tokenize
from firth.tables import read_csv, write_table
from firth.text.streams import TokenStream, from_sentences
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace

EXAMPLES = {"sentence_probabilities", "next_words"}  # which every text gives


def by_split(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return tables["perplexity"].set_index("split")


def test_a_bigram_model_cannot_look_past_an_attractor_and_a_larger_one_can(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    train_ngram(experiment(order=2), workspace)
    tables = evaluate(experiment(order=2), workspace, "ngram")
    found = by_split(tables)
    model = KneserNey.load(workspace.model("lm-ngram"))
    for split in ("valid", "test"):
        stream = TokenStream.load(workspace.tokens("lm"), split)
        scores = model.log_probabilities(stream)
        assert found.at[split, "tokens"] == len(scores) == len(stream.with_sentence_ends())
        assert found.at[split, "perplexity"] == pytest.approx(math.exp(-scores.mean()), rel=1e-5)
        assert found.at[split, "source_perplexity"] == pytest.approx(source_perplexity_of(workspace, split), rel=1e-5)
        ratio = found.at[split, "perplexity"] / source_perplexity_of(workspace, split)
        assert found.at[split, "perplexity_over_source"] == pytest.approx(ratio, rel=1e-5)
    excess = tables["excess_cross_entropy"].set_index("category")
    logarithm = math.log(found.at["test", "perplexity_over_source"])
    assert excess["excess"].sum() == pytest.approx(logarithm, abs=1e-4)
    assert excess["excess"].idxmax() == "agreement"
    assert excess.at["agreement", "source_cross_entropy"] == 0
    assert rows_of(tables["agreement"]) == agreement_of(1.0, 0.0)
    train_ngram(experiment(order=4), workspace)
    tables = evaluate(experiment(order=4), workspace, "ngram")
    assert rows_of(tables["agreement"]) == agreement_of(1.0, 1.0)
    assert by_split(tables).at["test", "perplexity_over_source"] == pytest.approx(1, abs=0.05)
    assert tables["excess_cross_entropy"].set_index("category").at["agreement", "excess"] < 0.01


def test_the_main_numbers_are_those_of_the_tables(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    train_ngram(experiment(order=2), workspace)
    found = by_split(evaluate(experiment(order=2), workspace, "ngram"))
    assert metrics_in(workspace.evaluation("evaluate_lm-ngram")) == {
        "valid_perplexity": found.at["valid", "perplexity"],
        "test_perplexity": found.at["test", "perplexity"],
        "source_perplexity": found.at["test", "source_perplexity"],
        "perplexity_over_source": found.at["test", "perplexity_over_source"],
        "agreement_one_attractor": 0,
        "agreement_adjacent_attractor": 0,
    }


def test_the_scores_of_items_add_up_to_the_main_numbers(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    dynamic = DynamicEvaluation(learning_rate=0.0001, decay=0.02, segment_length=5)
    train_lm(experiment(max_epochs=1), workspace, "rnn")
    evaluate(experiment(max_epochs=1, dynamic_evaluation=dynamic), workspace, "rnn")
    folder = workspace.evaluation("evaluate_lm-rnn")
    main, items = metrics_in(folder), load_items(folder / "items.safetensors")
    assert items.keys() == main.keys() - {"valid_perplexity", "source_perplexity"}
    for name, scored in items.items():
        assert score(name, scored.summands.sum(axis=0, keepdims=True)) == pytest.approx(main[name], rel=1e-5)
    assert len(items["test_perplexity"].summands) == 60
    assert len(items["agreement_one_attractor"].summands) == 20


def test_perplexities_of_the_same_text_over_two_vocabularies_are_of_other_items(tmp_path: Path) -> None:
    found = []
    for name, further in (("one", []), ("same", []), ("other", ["cat"])):
        workspace = workspace_at(tmp_path / name)
        tokens = [*TOKENS, *further]
        Vocabulary(tokens, [1] * len(tokens)).save(workspace.tokens("lm") / "vocabulary.tsv")
        train_ngram(experiment(order=2), workspace)
        evaluate(experiment(order=2), workspace, "ngram")
        found.append(load_items(workspace.evaluation("evaluate_lm-ngram") / "items.safetensors"))
    one, same, other = found
    for name in ("test_perplexity", "perplexity_over_source"):
        assert one[name].texts == same[name].texts != other[name].texts
    assert one["agreement_one_attractor"].texts == other["agreement_one_attractor"].texts


def test_every_order_is_measured_as_if_it_were_the_only_one(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    train_ngram(experiment(order=2), workspace)
    tables = evaluate(experiment(order=2), workspace, "ngram")
    orders = tables["ngram_orders"].set_index("order")
    assert list(orders.index) == [1, 2, 3, 4, 5]
    train, test = (TokenStream.load(workspace.tokens("lm"), split) for split in ("train", "test"))
    for order in orders.index:
        model = train_kneser_ney(train, len(TOKENS), int(order))
        assert orders.at[order, "ngrams"] == model.size
        expected = perplexity(NgramScorer(model), test.with_sentence_ends())
        assert orders.at[order, "test_perplexity"] == pytest.approx(expected, rel=1e-5)
    assert list(orders["attractors_1"]) == [0.5, 0, 1, 1, 1]
    agreement = tables["agreement"].query("grouping == 'condition'").set_index("group")["accuracy"]
    for condition in ("attractors_0", "attractors_1"):
        assert orders.at[2, condition] == agreement[condition]
    of_order = tables["ngram_order_agreement"]
    assert sorted(of_order["order"].unique()) == [1, 2, 3, 4, 5]
    of_model = of_order[of_order["order"] == 2].drop(columns="order").reset_index(drop=True)
    pd.testing.assert_frame_equal(of_model, tables["agreement"], check_dtype=False)
    assert orders.at[2, "ngrams"] == KneserNey.load(workspace.model("lm-ngram")).size


def test_the_model_s_own_order_is_the_last_even_if_no_sentence_is_as_long(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    train_ngram(experiment(order=7), workspace)
    orders = evaluate(experiment(order=7), workspace, "ngram")["ngram_orders"].set_index("order")
    assert list(orders.index) == [1, 2, 3, 4, 5, 6, 7]
    assert orders.loc[7].equals(orders.loc[6])  # four words, their beginning and their end
    assert orders.at[6, "ngrams"] > orders.at[5, "ngrams"]


def test_a_gru_learns_the_language(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    train_lm(experiment(), workspace, "gru")
    tables = evaluate(experiment(), workspace, "gru")
    found, network = by_split(tables), load(workspace.model("lm-gru"))
    for split in ("valid", "test"):
        text = TokenStream.load(workspace.tokens("lm"), split).with_sentence_ends()
        assert found.at[split, "perplexity"] == pytest.approx(perplexity(NetworkScorer(network), text), rel=1e-5)
        ratio = found.at[split, "perplexity"] / source_perplexity_of(workspace, split)
        assert found.at[split, "perplexity_over_source"] == pytest.approx(ratio, rel=1e-5)
        assert 0.98 < ratio < 1.1
    assert rows_of(tables["agreement"]) == agreement_of(1.0, 1.0)
    excess = tables["excess_cross_entropy"]["excess"].sum()
    assert excess == pytest.approx(math.log(found.at["test", "perplexity_over_source"]), abs=1e-4)
    assert found["dynamic_perplexity"].isna().all()


def test_a_network_that_is_far_worse_than_in_training_is_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = workspace_at(tmp_path)
    train_lm(experiment(), workspace, "gru")
    found = by_split(evaluate(experiment(), workspace, "gru")).at["valid", "perplexity"]
    assert "perplexity" not in capsys.readouterr().err
    curve = workspace.model("lm-gru") / "curve.csv"
    write_table(curve, read_csv(curve).assign(valid_perplexity=found / 2))
    evaluate(experiment(), workspace, "gru")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        f"evaluate_lm-gru: the validation text has perplexity {found:.0f}, and had {found / 2:.0f} in"
    )
    write_table(curve, read_csv(curve).assign(valid_perplexity=np.inf))
    evaluate(experiment(), workspace, "gru")
    assert capsys.readouterr().err == ""
    write_table(curve, read_csv(curve).drop(columns="epoch"))
    with pytest.raises(FirthError, match=r"curve\.csv: has no epoch in some row.*`dvc repro lm@gru`"):
        evaluate(experiment(), workspace, "gru")


def test_dynamic_evaluation_is_a_perplexity_of_its_own_beside_the_other(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    dynamic = DynamicEvaluation(learning_rate=0.0001, decay=0.02, segment_length=5)
    train_lm(experiment(max_epochs=1), workspace, "lstm")
    without = evaluate(experiment(max_epochs=1), workspace, "lstm")
    tables = evaluate(experiment(max_epochs=1, dynamic_evaluation=dynamic), workspace, "lstm")
    network = load(workspace.model("lm-lstm"))
    train = TokenStream.load(workspace.tokens("lm"), "train").with_sentence_ends()
    dynamic_perplexity = by_split(tables)["dynamic_perplexity"]
    for split in ("valid", "test"):
        text = TokenStream.load(workspace.tokens("lm"), split).with_sentence_ends()
        nats = cross_entropy(DynamicScorer(network, train, LM["batch_size"], dynamic), text)
        assert dynamic_perplexity[split] == pytest.approx(math.exp(nats), rel=1e-5)
    assert metrics_in(workspace.evaluation("evaluate_lm-lstm"))["dynamic_perplexity"] == dynamic_perplexity["test"]
    tables["perplexity"]["dynamic_perplexity"] = np.nan
    assert tables.keys() == without.keys()
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, without[name])


def test_a_feed_forward_network_agrees_as_far_as_it_can_see(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    for context_size, expected in ((1, 0.0), (2, 1.0)):  # "dogs" is mostly followed by "run", "near dogs" never
        train_lm(experiment(context_size=context_size), workspace, "feedforward")
        tables = evaluate(experiment(context_size=context_size), workspace, "feedforward")
        assert rows_of(tables["agreement"]) == agreement_of(1.0, expected)
        assert (by_split(tables).at["test", "perplexity_over_source"] < 1.1) == (context_size == 2)


def test_a_window_of_one_word_holds_the_subject_that_stands_right_before_the_verb_alone(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    train_ngram(experiment(order=2), workspace)
    found = evaluate(experiment(order=2), workspace, "ngram")["agreement_window"]
    assert found[["window", "subject", "pairs", "accuracy"]].to_numpy().tolist() == [
        [1, "inside", 20, 1.0],
        [1, "outside", 20, 0.0],
        [1, "inside", 20, 1.0],
        [1, "outside", 20, 0.0],
    ]
    assert found["distance"].tolist()[2:] == [0, 2] and found["distance"].isna().tolist()[:2] == [True, True]
    train_lm(experiment(max_epochs=1, context_size=3), workspace, "feedforward")
    found = evaluate(experiment(context_size=3), workspace, "feedforward")["agreement_window"]
    assert set(found["window"]) == {3} and set(found["subject"]) == {"inside"}
    train_lm(experiment(max_epochs=1), workspace, "rnn")
    assert "agreement_window" not in evaluate(experiment(), workspace, "rnn")


def test_examples_are_those_of_the_text_with_the_probabilities_of_model_and_source(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    train_ngram(experiment(order=4), workspace)
    tables = evaluate(experiment(order=4), workspace, "ngram")
    sentence = tables["sentence_probabilities"]
    assert sentence["token"].tolist()[1::2] == ["near", sentence["token"].tolist()[3]]  # one of four words
    assert sentence["token"].iloc[-1] == "<eos>" and sentence["position"].tolist() == [1, 2, 3, 4, 5]
    assert sentence["source_probability"].tolist() == [0.5, 0.25, 1, 1, 1]
    assert sentence["source_negative_log_likelihood"].iloc[-1] == pytest.approx(math.log(8), rel=1e-5)
    model = KneserNey.load(workspace.model("lm-ngram"))
    ids = [TOKENS.index(token) for token in sentence["token"][:-1]]
    scores = model.log_probabilities(from_sentences([ids]))
    assert sentence["probability"].tolist() == pytest.approx(np.exp(scores).tolist(), rel=1e-5)
    assert sentence["negative_log_likelihood"].iloc[-1] == pytest.approx(-scores.sum(), rel=1e-5)
    following = tables["next_words"]
    assert following["prompt"].unique().tolist() == ["dog near dogs"] and following["token"].iloc[0] == "runs"
    assert following["probability"].is_monotonic_decreasing and len(following) == len(TOKENS)
    pairs = tables["agreement_examples"]
    assert pairs[["pair", "attractors", "prefix", "form", "correct"]].head(2).to_numpy().tolist() == [
        [1, 1, "dog near dogs", "runs", 1],
        [1, 1, "dog near dogs", "run", 0],
    ]
    assert pairs["pair"].max() == 4 and pairs["probability"].iloc[0] > pairs["probability"].iloc[1]
    orders = tables["ngram_order_examples"]
    assert sorted(orders["order"].unique()) == [1, 2, 3, 4, 5]
    of_model = orders[orders["order"] == 4].drop(columns="order").reset_index(drop=True)
    pd.testing.assert_frame_equal(of_model, pairs)


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    train_ngram(experiment(), workspace)
    outputs = []
    for _ in range(2):
        evaluate(experiment(), workspace, "ngram")
        folder = workspace.evaluation("evaluate_lm-ngram")
        outputs.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert outputs[0] == outputs[1]


def test_text_with_unknown_words_has_no_source_entropy_and_other_text_neither_that_nor_agreement(
    tmp_path: Path,
) -> None:
    with_unknown = workspace_at(tmp_path / "unknown", unknown="near")
    train_ngram(experiment(), with_unknown)
    tables = evaluate(experiment(), with_unknown, "ngram")
    assert by_split(tables)[["source_perplexity", "perplexity_over_source"]].isna().all(axis=None)
    assert "excess_cross_entropy" not in tables
    other = workspace_at(tmp_path / "other", world=False)
    train_ngram(experiment(), other)
    train_lm(experiment(max_epochs=1), other, "rnn")
    for model in ("ngram", "rnn"):
        tables = evaluate(experiment(), other, model)
        assert tables.keys() - {"ngram_orders"} == {"perplexity", *EXAMPLES}
        assert by_split(tables)[["source_perplexity", "perplexity_over_source"]].isna().all(axis=None)
        main = metrics_in(other.evaluation(f"evaluate_lm-{model}"))
        assert list(main) == ["valid_perplexity", "test_perplexity"]


def test_english_text_is_asked_about_pairs_of_its_own_words(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path / "english", world=False, language="en")
    train_ngram(experiment(), workspace)
    assert "agreement" not in evaluate(experiment(), workspace, "ngram")  # it has no word of the templates
    nouns = [("trader", "traders"), ("analyst", "analysts"), ("lawyer", "lawyers")]
    verbs = ["is", "are", "was", "were", "has", "have", "says", "say"]
    words = ["the", "that", "met", *(form for forms in nouns for form in forms), *verbs]
    vocabulary = Vocabulary(["<unk>", "<eos>", *words], [0, 300, *[1] * len(words)])
    vocabulary.save(workspace.tokens("lm") / "vocabulary.tsv")
    sentences = [["the", forms[number], ("is", "are")[number]] for forms in nouns for number in (0, 1)]
    for split in ("train", "valid", "test"):
        ids = vocabulary.encode(word for sentence in sentences for word in sentence)
        TokenStream(ids, np.arange(0, 19, 3)).save(workspace.tokens("lm"), split)
    train_ngram(experiment(order=3), workspace)
    agreement = evaluate(experiment(order=3), workspace, "ngram")["agreement"]
    found = agreement[agreement["grouping"] == "construction"].set_index(["construction", "group"])
    # Of four verbs one was seen, always next to its noun; between the forms of the others there is a tie.
    assert found["accuracy"].to_dict() == {
        ("simple", "attractors_0"): 0.625,
        ("subject_relative", "attractors_1"): 0.375,
        ("subject_relative", "intervening_nouns_1"): 0.625,
        ("object_relative", "attractors_1"): 0.5,
        ("object_relative", "intervening_nouns_1"): 0.5,
        ("object_relative_no_that", "attractors_1"): 0.5,
        ("object_relative_no_that", "intervening_nouns_1"): 0.5,
    }
    assert found.loc[("simple", "attractors_0"), "pairs"] == 3 * 2 * 4
    assert list(found.loc["object_relative", "pairs"]) == [48, 48]


def test_a_missing_model_names_the_stage_that_makes_it(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    with pytest.raises(FirthError, match=r"lm-gru: not there yet; build it with `dvc repro lm@gru`"):
        evaluate(experiment(), workspace, "gru")
    with pytest.raises(FirthError, match=r"lm-ngram: not there yet; build it with `dvc repro ngram`"):
        evaluate(experiment(), workspace, "ngram")


def segmented(root: Path, segmentation: Segmentation) -> Workspace:
    """The four sentences as text, and as tokens of another kind."""
    workspace = workspace_at(root)
    vocabulary = Vocabulary.load(workspace.tokens("lm") / "vocabulary.tsv")
    (workspace.raw("lm") / "text").mkdir()
    for split in ("train", "valid", "test"):
        sentences = TokenStream.load(workspace.tokens("lm"), split).sentences()
        lines = [" ".join(vocabulary.decode(sentence)) for sentence in sentences]
        (workspace.raw("lm") / "text" / f"{split}.txt").write_text("\n".join([*lines, ""]))
    params = experiment()
    tokens = {"segmentation": segmentation, "lowercase": True, "min_count": 1, "max_size": 300}
    settings = Settings("tokenize-lm", {"threads": 1, "tokens": tokens}, "", params.compute)
    tokenize.run(settings, workspace, "lm")
    return workspace


@pytest.mark.parametrize("segmentation", ["characters", "subwords"])
def test_perplexity_per_word_and_per_character_is_that_of_the_same_text(
    tmp_path: Path, segmentation: Segmentation
) -> None:
    workspace = segmented(tmp_path, segmentation)
    of_words = workspace_at(tmp_path / "words")
    by_words = TokenStream.load(of_words.tokens("lm"), "test")
    words = len(by_words.with_sentence_ends())
    lines = (workspace.raw("lm") / "text" / "test.txt").read_text()
    train_ngram(experiment(order=5), workspace)
    train_lm(experiment(max_epochs=1), workspace, "gru")
    for model in ("ngram", "gru"):
        tables = evaluate(experiment(order=5), workspace, model)
        test = by_split(tables).loc["test"]
        nats = test["tokens"] * math.log(test["perplexity"])
        assert test["word_perplexity"] == pytest.approx(math.exp(nats / words), rel=1e-4)
        assert test["bits_per_character"] == pytest.approx(nats / math.log(2) / len(lines), rel=1e-4)  # line end: <eos>
        assert test["character_perplexity"] == pytest.approx(2 ** test["bits_per_character"], rel=1e-4)
        if segmentation == "characters":
            assert test["character_perplexity"] == test["perplexity"]
        source = test["tokens"] * math.log(test["source_perplexity"])  # the same text, so the same entropy
        assert source == pytest.approx(words * math.log(source_perplexity_of(of_words, "test")), rel=1e-4)
        assert tables.keys() - {"ngram_orders"} == {
            "perplexity",
            "not_measured",
            *EXAMPLES,
        }  # a verb form is no single token
        main = metrics_in(workspace.evaluation(f"evaluate_lm-{model}"))
        for name in ("word_perplexity", "character_perplexity", "bits_per_character"):
            assert main[name] == test[name]
        items = load_items(workspace.evaluation(f"evaluate_lm-{model}") / "items.safetensors")
        for name in ("test_perplexity", "word_perplexity", "bits_per_character"):
            sums = items[name].summands.sum(axis=0, keepdims=True)
            assert score(name, sums) == pytest.approx(main[name], rel=1e-5)
