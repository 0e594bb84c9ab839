"""Back in time: how far the error at one word of a sentence reaches, before training and after."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.errors import FirthError
from firth.live.asked_query import asked_text, unknown_with_advice
from firth.live.unanswered import or_error
from firth.stored_files import damaged, read_json_object
from firth.text.vocabulary import EOS_ID

if TYPE_CHECKING:
    from firth.ask.language_models import LanguageModel
    from firth.ask.sentence_blocks import SentenceEncoder
    from firth.live.asked_query import Query
    from firth.live.opened_models import OpenedModels
    from firth.lm.recurrent import Recurrent

WORLD_EXAMPLE = "the dogs near the child with the ball under the table bark"
ENGLISH_EXAMPLE = "the men near the house in the city of the country were"
CELLS = ("rnn", "gru", "lstm")
MOST_TOKENS = 60  # of a sentence, so that the answer comes while somebody types
FAINT = 0.01  # of the largest norm: where an error counts as gone
VANISHED = 1e-300  # below it, a norm is zero, of which ``lag_norms`` takes the logarithm

_drawing = Lock()  # initial weights come from torch's global generator


def answer(models: OpenedModels, query: Query) -> dict[str, Any]:
    """How far the error at a word of a sentence reaches in every recurrent network.

    The error at a word is E = −log P(word | words before it), read from a zero state; how much of it reaches an earlier
    word is ‖∂E/∂h‖, with h the state after that word (see ``measures.gradients_in_time``).

    Parameters
    ----------
    query : ``text``, a sentence; ``word``, the number of a word in it from 1, the last if it is missing. A question
        without a text is about an example.

    Returns
    -------
    dict
        ``text``; ``tokens``; ``word``, from 1, 0 if there are no tokens; ``networks``, for each its ``name`` and
        ``states``, or ``error``; ``unknown``. A state has a ``kind``, ``hidden`` or ``cell``, and ``before`` and
        ``after`` training, each with ``norms`` of the words before the word (None where there is none), and ``reach``,
        how many words back the last one stands whose norm is ``FAINT`` of the largest or more; or ``error``.

    Raises
    ------
    FirthError
        If the sentence is too long, it has no such word, or the experiment has no recurrent network.
    """
    encoder = models.encoder()
    text = asked_text(query, "text", "sentence") if "text" in query else _example(encoder)
    sentence = encoder.encode([text])
    tokens, ids = sentence.tokens, sentence.stream.ids.tolist()
    if len(tokens) > MOST_TOKENS:
        raise FirthError(f"the sentence has {len(tokens)} tokens; give {MOST_TOKENS} at most")
    word = _asked_position(query.get("word", ""), len(tokens))

    def of_network(name: str) -> dict[str, Any]:
        return models.language_model(name).ask(lambda model: _states(models, model, ids[:word]))

    names = [name for name in models.language_model_names() if _is_recurrent(models, name)]
    if not names:
        raise FirthError("no recurrent network in this experiment; build one with `dvc repro lm@lstm`")
    return {
        "text": text,
        "tokens": tokens,
        "word": word,
        "networks": [{"name": name, **or_error(partial(of_network, name))} for name in names],
        "unknown": unknown_with_advice(sentence.unknown_words, encoder.spelling),
    }


def _example(encoder: SentenceEncoder) -> str:
    """A sentence in which much stands between subject and verb; empty for a language without one."""
    if encoder.form.world:
        return WORLD_EXAMPLE
    return ENGLISH_EXAMPLE if encoder.form.language == "en" else ""


def _asked_position(text: str, count: int) -> int:
    """The number of a word from 1; the last, ``count``, if none is asked."""
    if not text or not count:
        return count
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= count):
        raise FirthError(f"the sentence has the words 1 to {count}; give the number of one of them")
    return int(text)


def _is_recurrent(models: OpenedModels, name: str) -> bool:
    """Whether a model is a recurrent network; one that can't be read says why in place of its answer."""
    try:
        return name in CELLS or _network(models.language_model(name).model) is not None
    except Exception:  # whatever its settings and weights lack
        return False


def _network(model: LanguageModel) -> Recurrent | None:
    """The network of a language model; None if it is not recurrent."""
    from firth.lm.network_scorer import NetworkScorer
    from firth.lm.recurrent import Recurrent

    scorer = model.new_scorer()
    network = scorer.network if isinstance(scorer, NetworkScorer) else None
    return network if isinstance(network, Recurrent) else None


def _states(models: OpenedModels, model: LanguageModel, ids: list[int]) -> dict[str, Any]:
    """The norms in one network, of the error at the last of these tokens."""
    trained = _network(model)
    if trained is None:
        raise FirthError("This model is not a recurrent network.")
    networks: dict[str, Callable[[], Recurrent]] = {
        "before": partial(_before_training, models, model.name, trained),
        "after": partial(_after_training, models, model.name),
    }
    kinds = ("hidden", "cell") if trained.network == "lstm" else ("hidden",)

    def norms(network: Callable[[], Recurrent], kind: str) -> dict[str, Any]:
        return _norms(network(), ids, kind == "cell")

    return {
        "states": [
            {"kind": kind, **{when: or_error(partial(norms, network, kind)) for when, network in networks.items()}}
            for kind in kinds
        ]
    }


def _norms(network: Recurrent, ids: list[int], of_cells: bool) -> dict[str, Any]:
    """‖∂E/∂h‖ for the state after every token before the last, and how many words back it is not faint."""
    import torch

    from firth.measures.gradients_in_time import lag_norms

    if len(ids) < 2:
        return {"norms": [], "reach": 0}
    tokens, target = torch.tensor([EOS_ID, *ids[:-1]])[:, None], torch.tensor(ids[-1:])
    by_lag = lag_norms(network, tokens, target, of_cells)[:-1]  # without the state after <eos>
    by_lag[by_lag < VANISHED] = 0.0
    if of_cells:
        by_lag[0] = 0.0  # the loss reads h alone
    reached = np.flatnonzero((by_lag > 0) & (by_lag >= FAINT * by_lag.max()))
    norms: list[float | None] = by_lag[::-1].tolist()
    if of_cells:
        norms[-1] = None
    return {"norms": norms, "reach": int(reached[-1]) + 1 if len(reached) else 0}


def _after_training(models: OpenedModels, name: str) -> Recurrent:
    """The trained network in double precision, which takes longer to make than an answer."""
    from firth.measures.gradients_in_time import in_double_precision

    def load() -> Recurrent:
        network = _network(models.language_model(name).model)
        assert network is not None
        return in_double_precision(network)

    return models.open("in double precision", (models.workspace.model(f"lm-{name}"),), load).model


def _before_training(models: OpenedModels, name: str, trained: Recurrent) -> Recurrent:
    """The network with the weights from which its training began, in double precision.

    Raises
    ------
    FirthError
        If the seed, or the word vectors that the network began with, can't be read.
    """
    from firth.lm.networks import initial_network
    from firth.lm.recurrent import Recurrent
    from firth.measures.gradients_in_time import in_double_precision

    settings, workspace, params = models.workspace.settings / f"lm-{name}.json", models.workspace, trained.params
    seed = read_json_object(settings, "check").get("seed")
    if not isinstance(seed, int):
        raise damaged(settings, "holds no seed", "check")
    paths = [settings, workspace.model(f"lm-{name}"), workspace.tokens("lm")]
    vectors = workspace.model(params.initial_embeddings)
    if params.initial_embeddings != "random":
        paths.append(vectors)

    def draw() -> Recurrent:
        with _drawing:
            tokens = models.encoder().vocabulary.tokens
            network, _ = initial_network(trained.network, tokens, params, seed, vectors / "vectors.bin")
        assert isinstance(network, Recurrent)
        return in_double_precision(network)

    return models.open("before training", tuple(paths), draw).model
