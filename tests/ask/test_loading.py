"""``firth.load`` on folders of every kind."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from ask.tiny_models import TOKENS, TRANSLATED, add_network, build_encoder_decoders, build_language_models

import firth
from firth.ask.language_models import LanguageModel
from firth.ask.loading import load_language_model
from firth.ask.translators import QuestionAnswerer, Translator
from firth.ask.word_vectors import WordVectors
from firth.errors import FirthError
from firth.lm.language_network import State
from firth.lm.recurrent import Recurrent
from firth.params.model_names import Network
from firth.text.vocabulary import EOS, UNK, Vocabulary
from firth.vectors.keyed_vectors import save_vectors
from firth.workspace import Workspace

LOADED = {
    "svd": WordVectors,
    "lm-ngram": LanguageModel,
    "lm-lstm": LanguageModel,
    "seq2seq-translation-additive": Translator,
    "seq2seq-translation-none": Translator,
    "seq2seq-qa-none": QuestionAnswerer,
}


@pytest.fixture
def experiment(folder: Path) -> Workspace:
    build_language_models(folder)
    (folder / "models" / "svd").mkdir()
    save_vectors(["cat", "dog"], np.eye(2), folder / "models" / "svd")
    return build_encoder_decoders(folder)


def test_a_folder_is_loaded_as_what_it_holds(experiment: Workspace) -> None:
    for name, kind in LOADED.items():
        assert type(firth.load(f"models/{name}")) is kind
        assert type(firth.load(experiment.model(name))) is kind


def test_a_language_model_may_have_any_name(experiment: Workspace) -> None:
    add_network(experiment.root, "gru", name="my-gru")
    model = firth.load("models/lm-my-gru")
    assert isinstance(model, LanguageModel)
    assert model.name == "my-gru"
    assert len(model.next_token("the", 100)) == len(TOKENS)


def test_the_warm_up_context_is_read_once_and_no_question_changes_another(
    experiment: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, begin = [], Recurrent.initial_state

    def counted(self: Recurrent, columns: int = 1) -> State:
        begun.append(columns)
        return begin(self, columns)

    monkeypatch.setattr(Recurrent, "initial_state", counted)
    model = load_language_model(experiment.model("lm-lstm"))
    before = model.next_token("the dog", 3)
    model.continuations("the cats", ["run", "runs"])
    assert model.next_token("the dog", 3) == before
    assert len(begun) == 1


@pytest.mark.parametrize("name", ["ngram", "feedforward", "transformer", "lstm"])
def test_the_receptive_field_is_the_number_of_tokens_that_a_prediction_depends_on(
    experiment: Workspace, name: Network | Literal["ngram"]
) -> None:
    if name in ("feedforward", "transformer"):
        add_network(experiment.root, name)
    model = load_language_model(experiment.model(f"lm-{name}"))
    words = ["the", "dog", "near", "the", "cats", "near", "the", "dog"]
    asked = dict(model.next_token(" ".join(words), len(TOKENS)))
    matters = []
    for place in range(len(words)):
        texts = [" ".join([*words[:place], other, *words[place + 1 :]]) for other in TOKENS[2:]]
        answers = [dict(model.next_token(text, len(TOKENS))) for text in texts]
        matters.append(any(answer != pytest.approx(asked, rel=1e-9) for answer in answers))
    size = model.receptive_field or len(words)
    assert matters == [False] * (len(words) - size) + [True] * size


def test_the_vocabulary_is_that_of_the_experiment_around_the_model(
    experiment: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other") / "experiment"
    shutil.copytree(experiment.root, other)
    turned = ["<unk>", "<eos>", *reversed(TOKENS[2:])]
    Vocabulary(turned, range(len(TOKENS), 0, -1)).save(other / "data" / "tokens" / "lm" / "vocabulary.tsv")
    (other / "notebooks").mkdir()
    monkeypatch.chdir(other / "notebooks")
    first, second = firth.load(experiment.model("lm-lstm")), firth.load("../models/lm-lstm")
    assert isinstance(first, LanguageModel)
    assert isinstance(second, LanguageModel)
    assert first.encoder.vocabulary.tokens == TOKENS
    assert second.encoder.vocabulary.tokens == turned


def test_decoding_follows_the_settings_of_the_evaluation(experiment: Workspace) -> None:
    path = experiment.settings / "evaluate_seq2seq-translation-none.json"
    path.write_text(path.read_text().replace('"max_length": 9', '"max_length": 2').replace("32-true", "bf16-mixed"))
    model = firth.load("models/seq2seq-translation-none")
    assert isinstance(model, Translator)
    assert model.decoder.precision == "bf16-mixed"
    assert all(len(model.translate(line).tokens) <= 2 for line in TRANSLATED)


Break = Callable[[Workspace], object]
BREAKAGES: list[tuple[str, Break, str]] = [
    ("models/lm-gru", lambda _: None, "models/lm-gru: no such folder; give that of a model"),
    ("models", lambda _: None, "models: holds no model"),
    (
        "models/svd",
        lambda place: (place.model("svd") / "vectors.bin").write_bytes(b"5 3\ncat "),
        "vectors.bin: of 8 bytes, too few for 5 words of dimension 3",
    ),
    (
        "models/lm-lstm",
        lambda place: (place.model("lm-lstm") / "weights.safetensors").write_bytes(b"weights"),
        "lm-lstm/weights.safetensors: no safetensors, or cut short; build it again with `dvc repro lm@lstm`",
    ),
    (
        "models/lm-lstm",
        lambda place: (place.model("lm-lstm") / "settings.json").write_text("[1"),
        "lm-lstm/settings.json: damaged or of another version (Invalid JSON",
    ),
    (
        "models/lm-ngram",
        lambda place: (place.model("lm-ngram") / "2-grams.keys.npy").unlink(),
        "lm-ngram/2-grams.keys.npy: not there yet; build it with `dvc repro ngram`",
    ),
    (
        "models/lm-ngram",
        lambda place: Vocabulary([UNK, EOS, "the"], [1, 1, 1]).save(place.tokens("lm") / "vocabulary.tsv"),
        "was trained on a vocabulary of 9 tokens, and now there are 3; build it again with `dvc repro ngram`",
    ),
    (
        "models/lm-ngram",
        lambda place: (place.tokens("lm") / "text.json").unlink(),
        "text.json: not there yet; build it with `dvc repro tokenize@lm`",
    ),
    (
        "models/mine",
        lambda place: place.model("seq2seq-qa-none").rename(place.model("mine")),
        "name the folder seq2seq-translation-NAME or seq2seq-qa-NAME",
    ),
    (
        "models/seq2seq-qa-none",
        lambda place: (place.settings / "evaluate_seq2seq-qa-none.json").unlink(),
        "evaluate_seq2seq-qa-none.json: not there yet; build it with `dvc repro check`",
    ),
]


@pytest.mark.parametrize(("path", "spoil", "message"), BREAKAGES)
def test_errors_are_one_line_that_says_what_to_do(experiment: Workspace, path: str, spoil: Break, message: str) -> None:
    spoil(experiment)
    with pytest.raises(FirthError) as caught:
        firth.load(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("experiment")
def test_asking_imports_no_library_of_training(folder: Path) -> None:
    script = (
        "import sys, firth\n"
        "firth.load('models/svd').most_similar('cat')\n"
        "firth.load('models/lm-ngram').generate()\n"
        "assert not {'torch', 'pandas', 'sklearn', 'gensim', 'scipy'} & set(sys.modules)\n"
        "firth.load('models/lm-lstm').generate()\n"
        "firth.load('models/seq2seq-translation-additive').translate('Mary eats apples.')\n"
        "assert not {'pytorch_lightning', 'lightning_fabric', 'altair', 'dvclive', 'sklearn'} & set(sys.modules)\n"
        "assert 'torch._dynamo' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
