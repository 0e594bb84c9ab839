"""The page of a small experiment on the built-in world, and of one on other text, served on a free port."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from ask.tiny_models import add_network, build_language_models
from live.asking_pages import Page
from live.recorded_trainings import add_trainings
from live.small_spaces import add_counts, add_vectors
from live.tiny_pairs import add_answerers, add_translators

from firth.live.opened_models import OpenedModels
from firth.live.server import listening, page_server
from firth.ngram.kneser_ney import train_kneser_ney
from firth.text.streams import from_sentences
from firth.text.text_form import TextForm
from firth.text.vocabulary import EOS, UNK, Vocabulary
from firth.training.reproducibility import generator
from firth.workspace import Workspace, write_text
from firth.world.sentences import sample_sentences

ASKED = "the dogs bark . the dog barks near child children with ball balls under table tables grow grows"


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A trigram model of 40 sentences of the world, and untrained networks: language models and encoder–decoders."""
    workspace, form = Workspace(tmp_path_factory.mktemp("world")), TextForm(True, False, "en", True, "words")
    sentences = [form.tokens(sentence.english) for sentence in sample_sentences(40, 3, generator(1, "tests"))]
    types = dict.fromkeys([word for sentence in sentences for word in sentence] + ASKED.split(" "))
    vocabulary = Vocabulary([UNK, EOS, *types], range(len(types) + 2, 0, -1))
    for folder in (workspace.tokens("lm"), workspace.model("lm-ngram"), workspace.settings):
        folder.mkdir(parents=True)
    form.save(workspace.tokens("lm"))
    vocabulary.save(workspace.tokens("lm") / "vocabulary.tsv")
    stream = from_sentences([vocabulary.encode(sentence) for sentence in sentences])
    add_counts(workspace, form, stream, vocabulary)
    add_vectors(workspace, "word2vec", vocabulary)
    add_trainings(workspace)
    train_kneser_ney(stream, len(vocabulary), 3).save(workspace.model("lm-ngram"))
    add_network(workspace.root, "feedforward", len(vocabulary))
    add_network(workspace.root, "lstm", len(vocabulary))
    write_text(workspace.settings / "download-lm.json", '{"world": {"sentences": 40, "max_depth": 3}}')
    write_text(workspace.settings / "lm-lstm.json", '{"seed": 1}')
    write_text(workspace.settings / "evaluate_lm-gru.json", '{"threads": 1}')  # of the experiment, and not built
    add_translators(workspace)
    add_answerers(workspace)
    return workspace


@pytest.fixture
def other_text(tmp_path: Path) -> Workspace:
    """An n-gram model, an Elman network and an LSTM of a few English sentences."""
    return build_language_models(tmp_path)


@pytest.fixture(scope="session")
def world_page(world: Workspace) -> Iterator[Page]:
    """The page that asks the models of ``world``."""
    with listening(0) as connection:
        server = page_server(OpenedModels(world), connection)
        thread = Thread(target=server.run, kwargs={"sockets": [connection]})
        thread.start()
        yield Page(connection.getsockname()[1])
        server.should_exit = True
        thread.join()
