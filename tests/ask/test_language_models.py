"""Language models as objects, against the scores of their networks and n-grams."""

import math
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch
from ask.asking import Ask
from ask.tiny_models import SENTENCES, TOKENS, build_segmented_model, encoded, plain
from lm.settings import predictions

from firth.ask import sentence_blocks
from firth.ask.language_models import LanguageModel
from firth.ask.loading import load_language_model
from firth.errors import FirthError
from firth.lm.network_scorer import NetworkScorer
from firth.lm.networks import load as load_network
from firth.measures.perplexity import perplexity
from firth.ngram.kneser_ney import KneserNey
from firth.params.tokens_params import Segmentation
from firth.text.vocabulary import EOS_ID
from firth.workspace import Workspace

ORDER = ("ngram", "rnn", "lstm")


@pytest.fixture
def models(language_models: Workspace) -> dict[str, LanguageModel]:
    return {name: load_language_model(language_models.model(f"lm-{name}")) for name in ORDER}


def test_a_sentence_is_scored_token_by_token_with_its_end(
    models: dict[str, LanguageModel], language_models: Workspace
) -> None:
    ids = [TOKENS.index(word) for word in ("the", "dog", "near", "the", "<unk>", ".")]
    network = load_network(language_models.model("lm-lstm"))
    with torch.no_grad():
        text = torch.tensor([*network.warm_up_context, EOS_ID, *ids])
        rows = predictions(network, text[:, None])[0][len(network.warm_up_context) :, 0]
    by_network = [float(row[token]) for row, token in zip(rows, [*ids, EOS_ID], strict=True)]
    ngrams = KneserNey.load(language_models.model("lm-ngram"))
    by_ngrams = ngrams.log_probabilities(encoded([["the", "dog", "near", "the", "owl", "."]])).tolist()
    for name, wanted in (("lstm", by_network), ("ngram", by_ngrams)):
        for _ in range(2):  # a question leaves no trace in the model
            scored = models[name].log_probabilities("The dog near\nthe owl.")
            assert [token for token, _ in scored] == ["the", "dog", "near", "the", "<unk>", ".", "<eos>"]
            assert [value for _, value in scored] == pytest.approx(wanted, abs=1e-5)
            assert scored.unknown == ["owl"]


def test_lines_are_scored_by_themselves_and_blank_ones_are_kept(
    models: dict[str, LanguageModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["The dog near the owl.", "", "  ", "An owl\u00a0runs.", "The dog near the owl."]
    for characters in (1, 10**6):
        monkeypatch.setattr(sentence_blocks, "CHARACTERS_TOGETHER", characters)
        for model in models.values():
            found = model.score("\n".join(lines))
            assert [score.text for score in found] == [lines[0], "", "", "An owl runs.", lines[0]]
            for score in found:
                wanted = model.log_probabilities(score.text) if score.text else []
                assert [token for token, _ in score.tokens] == [token for token, _ in wanted]
                assert [value for _, value in score.tokens] == pytest.approx([value for _, value in wanted], abs=1e-5)
                assert score.log_probability == (sum(value for _, value in score.tokens) if score.text else None)
            assert [score.tokens.unknown for score in found] == [["owl"], [], [], ["an", "owl"], ["owl"]]


@pytest.mark.parametrize("characters", [1, 50, 10**6])
def test_perplexity_of_lines_is_that_of_the_stage_in_groups_of_any_size(
    models: dict[str, LanguageModel],
    language_models: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    characters: int,
) -> None:
    monkeypatch.setattr(sentence_blocks, "CHARACTERS_TOGETHER", characters)
    lines = ["The owl near the hen runs.", "", *SENTENCES, "An owl."]
    stream = plain(line for line in lines if line)
    scorer = NetworkScorer(load_network(language_models.model("lm-lstm")))
    score = models["lstm"].perplexity(lines)
    assert score.perplexity == pytest.approx(perplexity(scorer, stream.with_sentence_ends()), rel=1e-5)
    assert score.cross_entropy == pytest.approx(math.log(score.perplexity))
    assert (score.sentences, score.tokens) == (6, len(stream.ids) + 6)
    assert (score.unknown_tokens, score.unknown) == (4, ["owl", "hen", "an"])
    assert models["lstm"].perplexity("\n".join(lines)) == score


def test_perplexity_with_and_without_unknown_words_follows_from_token_scores(
    models: dict[str, LanguageModel],
) -> None:
    lines = ["The owl runs.", "Cats run near the hen."]
    scored = list(chain.from_iterable(models["ngram"].log_probabilities(line) for line in lines))  # each on its own
    score = models["ngram"].perplexity(lines)
    assert score.perplexity == pytest.approx(math.exp(-np.mean([value for _, value in scored])))
    known = [value for token, value in scored if token != "<unk>"]
    assert score.perplexity_without_unknown == pytest.approx(math.exp(-np.mean(known)))


def test_a_text_without_words_has_no_perplexity(models: dict[str, LanguageModel]) -> None:
    with pytest.raises(FirthError, match="no word in the text"):
        models["ngram"].perplexity(["", " "])


@pytest.mark.parametrize("name", ORDER)
def test_next_tokens_are_a_distribution_best_first_that_agrees_with_the_scores(
    models: dict[str, LanguageModel], name: str
) -> None:
    found = models[name].next_token("The owl near", count=len(TOKENS))
    probabilities = dict(found)
    assert set(probabilities) == set(TOKENS)
    assert sum(probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert [value for _, value in found] == sorted(probabilities.values(), reverse=True)
    assert found.unknown == ["owl"]
    for word in ("dog", "cats"):
        assert math.log(probabilities[word]) == pytest.approx(
            models[name].log_probabilities(f"the owl near {word}")[3][1], abs=1e-5
        )
    assert models[name].next_token("The owl near", count=2) == found[:2]


def test_generated_text_belongs_to_seed_and_index_and_begins_with_the_prompt(models: dict[str, LanguageModel]) -> None:
    first = models["lstm"].generate("The owl", seed=4, length=6)
    assert models["lstm"].generate("The owl", seed=4, length=6) == first
    others = [models["lstm"].generate("The owl", seed=4, length=6, index=index).text for index in range(1, 5)]
    assert len({first.text, *others}) > 1
    assert first.text.startswith("the owl")
    assert first.unknown == ["owl"]
    assert len(first.tokens) <= 6
    assert first.finished == (first.tokens[-1] == "<eos>")


def test_the_most_probable_sentence_is_finished_or_cut_at_the_length(models: dict[str, LanguageModel]) -> None:
    whole = models["ngram"].generate("The dog runs", temperature=0)
    assert (whole.text, whole.tokens, whole.finished, whole.unknown) == ("the dog runs.", [".", "<eos>"], True, [])
    cut = models["ngram"].generate("The dog runs", temperature=0, length=1)
    assert (cut.text, cut.tokens, cut.finished) == ("the dog runs.", ["."], False)


@pytest.mark.parametrize("segmentation", ["characters", "subwords"])
def test_questions_follow_the_segmentation_of_the_text_that_was_built(folder: Path, segmentation: Segmentation) -> None:
    workspace = build_segmented_model(folder, segmentation)
    model = load_language_model(workspace.model("lm-ngram"))
    scored = model.log_probabilities("The\u00a0dog\truns.")
    spelled = [*"the␣dog␣runs."] if segmentation == "characters" else ["␣the", "␣dog", "␣runs", "."]
    assert [token for token, _ in scored] == [*spelled, "<eos>"]
    beginning, following = ("The do", "g") if segmentation == "characters" else ("The", "␣dog")
    assert model.next_token(beginning, 1)[0][0] == following
    whole = model.generate("The dog runs", temperature=0)
    assert (whole.text, whole.tokens, whole.finished) == ("the dog runs.", [".", "<eos>"], True)
    assert model.generate(beginning, temperature=0, length=1).text == "the dog"
    lines = ["The dog runs.", "", "Cats run near."]
    score = model.perplexity(lines)
    nats = -sum(value for line in lines if line for _, value in model.log_probabilities(line))
    assert score.word_perplexity == pytest.approx(math.exp(nats / 10))
    assert score.bits_per_character == pytest.approx(nats / math.log(2) / (13 + 14 + 2))


def test_perplexity_of_characters_is_printed_per_word_and_per_character_too(ask: Ask, folder: Path) -> None:
    build_segmented_model(folder, "characters")
    (folder / "text.txt").write_text("The dog runs.\nTHE DOG Zé.\n")
    rows = ask("perplexity", "text.txt").rows
    assert " ".join(rows[1]).endswith("perplexity per word perplexity per character bits per character")
    per_token, _, _, per_word, per_character, bits = map(float, rows[2][1:])
    assert per_character == per_token
    assert bits == pytest.approx(math.log2(per_token), abs=0.002)
    assert per_word == pytest.approx(math.exp(26 * math.log(per_token) / 10), rel=0.01)
    assert " ".join(rows[-1]).startswith("2 of 24 tokens (8.33%) are not in the vocabulary")
