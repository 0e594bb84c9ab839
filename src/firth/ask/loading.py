"""``firth.load``: a trained model from its folder, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firth.ask.built_models import SETTINGS, built_language_models, require_built
from firth.ask.recorded_state import verify_recorded, verify_trained_on
from firth.errors import FirthError
from firth.stored_files import check_vocabulary, read_json, read_json_object
from firth.workspace import VECTORS, Workspace, model_stage

if TYPE_CHECKING:
    from firth.ask.language_models import LanguageModel
    from firth.ask.line_decoding import LineDecoder
    from firth.ask.sentence_blocks import SentenceEncoder
    from firth.ask.translators import QuestionAnswerer, Translator
    from firth.ask.word_vectors import WordVectors
    from firth.measures.scorer import Scorer


def load(path: str | Path) -> WordVectors | LanguageModel | Translator | QuestionAnswerer:
    """Load a trained model from its folder, such as ``models/lm-lstm``.

    The vocabulary is read from the experiment that the folder belongs to: from ``data/tokens`` beside ``models``. An
    encoder–decoder is decoded as the stage ``evaluate_seq2seq`` decodes it.

    Raises
    ------
    FirthError
        If the folder holds no model, the model is damaged, is not the one that dvc.lock records, or was trained on
        another vocabulary than the present.
    """
    folder = Path(path).absolute()
    if not folder.exists():
        raise FirthError(f"{folder}: no such folder; give that of a model, such as models/lm-lstm, or build it first")
    if (folder / VECTORS).exists():
        return load_word_vectors(folder)
    if "attention" not in _settings(folder):
        return load_language_model(folder)
    from firth.ask.translators import QuestionAnswerer, Translator

    decoder = load_line_decoder(folder)
    return Translator(decoder) if _task_and_attention(folder)[0] == "translation" else QuestionAnswerer(decoder)


def load_word_vectors(folder: Path) -> WordVectors:
    """Word vectors.

    Raises
    ------
    FirthError
        As ``load``.
    """
    from firth.ask.word_vectors import WordVectors

    verify_recorded(_experiment(folder).root, folder)
    return WordVectors.load(folder)


def load_language_model(folder: Path, encoder: SentenceEncoder | None = None) -> LanguageModel:
    """An n-gram model or a network.

    Parameters
    ----------
    encoder : of the experiment; None reads it.

    Raises
    ------
    FirthError
        As ``load``.
    """
    from firth.ask.language_models import LanguageModel

    read = _ngram if "order" in _settings(folder) else _network
    experiment = _experiment(folder)
    verify_recorded(experiment.root, folder)
    verify_trained_on(experiment.root, folder, experiment.tokens("lm"))
    encoder = encoder or language_encoder(experiment)
    vocabulary_size, new_scorer, receptive_field = read(folder)
    check_vocabulary(folder, vocabulary_size, len(encoder.vocabulary))
    return LanguageModel(folder.name.removeprefix("lm-"), encoder, new_scorer, receptive_field)


def language_encoder(experiment: Workspace) -> SentenceEncoder:
    """The encoder of the text that language models are trained on.

    Raises
    ------
    FirthError
        If the text is not there, is damaged or is not the one that dvc.lock records.
    """
    from firth.ask.sentence_blocks import SentenceEncoder

    verify_recorded(experiment.root, experiment.tokens("lm"))
    return SentenceEncoder.load(experiment.tokens("lm"))


def load_language_models(workspace: Workspace, wanted: str | None) -> dict[str, LanguageModel]:
    """All language models that are built, or the one wanted, by name; they have one encoder.

    Raises
    ------
    FirthError
        As ``load``, and if there is no such model.
    """
    names = built_language_models(workspace)
    if wanted:
        require_built(workspace, "lm-", wanted, names)
        names = [wanted]
    encoder = language_encoder(workspace)
    return {name: load_language_model(workspace.model(f"lm-{name}"), encoder) for name in names}


def load_line_decoder(folder: Path) -> LineDecoder:
    """An encoder–decoder with its text, searched as ``settings/evaluate_seq2seq-TASK-ATTENTION.json`` says.

    Raises
    ------
    FirthError
        As ``load``, and if the settings of the search are not there or damaged.
    """
    from firth.ask.line_decoding import LineDecoder, TaskText
    from firth.params.search_params import DecodingSettings
    from firth.seq2seq.encoder_decoder import load_for

    task, attention = _task_and_attention(folder)
    experiment = _experiment(folder)
    verify_recorded(experiment.root, folder)
    verify_recorded(experiment.root, experiment.tokens(task))
    verify_trained_on(experiment.root, folder, experiment.tokens(task))
    network, text = load_for(experiment.tokens(task), folder), TaskText.load(experiment.tokens(task))
    path = experiment.settings / f"evaluate_seq2seq-{task}-{attention}.json"
    values = read_json(path, DecodingSettings, "check")
    return LineDecoder(network, network.configuration.settings, values.search, values.precision, text)


def _ngram(folder: Path) -> tuple[int, Callable[[], Scorer], int]:
    """The vocabulary size of an n-gram model, a function that makes a new scorer, and the receptive field."""
    from firth.ngram.kneser_ney import KneserNey
    from firth.ngram.ngram_scorer import NgramScorer

    model = KneserNey.load(folder)
    return model.vocabulary_size, partial(NgramScorer, model), model.order - 1


def _network(folder: Path) -> tuple[int, Callable[[], Scorer], int | None]:
    """The vocabulary size of a network, a function that makes a new scorer, and the receptive field."""
    from firth.lm.network_scorer import NetworkScorer, receptive_field  # here, because torch takes seconds
    from firth.lm.networks import load as load_network

    network = load_network(folder)
    fresh = NetworkScorer(network)  # has read the warm-up context, which takes as long as an answer
    return network.vocabulary_size, partial(copy, fresh), receptive_field(network.params)


def _experiment(folder: Path) -> Workspace:
    """The experiment that a model folder belongs to."""
    return Workspace(folder.parent.parent)


def _task_and_attention(folder: Path) -> tuple[str, str]:
    """Task and attention of an encoder–decoder, by its folder's name ``seq2seq-TASK-ATTENTION``."""
    match folder.name.split("-", 2):
        case "seq2seq", ("translation" | "qa") as task, attention:
            return task, attention
    raise FirthError(f"{folder}: holds an encoder–decoder; name the folder seq2seq-translation-NAME or seq2seq-qa-NAME")


def _settings(folder: Path) -> dict[str, Any]:
    """The settings of a trained network or n-gram model."""
    path = folder / SETTINGS
    if not path.exists():
        raise FirthError(f"{folder}: holds no model; give a folder of one that is built, such as models/lm-lstm")
    return read_json_object(path, model_stage(folder))
