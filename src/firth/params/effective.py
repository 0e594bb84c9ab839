"""From params.yaml to the effective settings of every stage item: overrides applied, and only what the item uses."""

from collections.abc import Iterable
from typing import Any

from firth.errors import FirthError
from firth.params.evaluation_params import gold_set_name
from firth.params.experiment import Params
from firth.params.pipeline_items import Item
from firth.params.section import Section

Values = dict[str, Any]


# Stages that are run for each name in lists of section ``models``: stage → the list of each argument.
LISTS = {
    "lm": ("networks",),
    "gradients": ("recurrent_networks",),
    "evaluate_lm": ("language_models",),
    "seq2seq": ("tasks", "attentions"),
    "evaluate_seq2seq": ("tasks", "attentions"),
    "saliency": ("tasks", "attentions"),
}


def effective_settings(params: Params, items: Iterable[Item]) -> dict[str, Values]:
    """Settings by item name, for those of the items that ``models`` lists or that are no models."""
    return {item.name: _values(params, item) for item in items if item.stage != "check" and not unlisted(params, item)}


def unlisted(params: Params, item: Item) -> tuple[str, str] | None:
    """The first list of ``models`` that lacks an argument of the item, and the argument; None if the item is listed."""
    pairs = zip(LISTS.get(item.stage, ()), item.arguments, strict=False)
    return next(((key, name) for key, name in pairs if name not in getattr(params.models, key)), None)


def _values(params: Params, item: Item) -> Values:  # noqa: PLR0911, PLR0912, one case a stage
    """The settings of one item."""
    threads = {"threads": params.threads}
    seeded = {"seed": params.seed, **threads}
    repeated = {"seed": params.training_seed, **threads}
    training = {**repeated, "precision": params.precision}
    match item.stage, *item.arguments:
        case "download", role:
            return _text(params, role)
        case "tokenize", role:
            return {**threads, "tokens": _dump(getattr(params.tokens, role))}
        case ("cooccurrence",):
            return {**seeded, "cooccurrence": _dump(params.cooccurrence)}
        case ("svd",):
            return {**threads, "svd": _dump(params.svd)}
        case ("word2vec",):
            return {**training, "word2vec": _dump(params.word2vec)}
        case ("ngram",):
            return {**threads, "order": params.ngram.order}
        case "lm", network:
            return {**training, "lm": _network(params, network)}
        case "gradients", network:
            return {**repeated, "lm": _network(params, network)}  # measures the network before training too
        case "seq2seq", task, attention:
            return {**training, "seq2seq": _encoder_decoder(params, task, attention)}
        case "evaluate_vectors", space:
            window = {"context_window": params.cooccurrence.context_window}
            counts = {"svd": _dump(params.svd), **window} if space == "counts" else {}
            gold_sets = [gold_set_name(item) for item in params.evaluation.gold_sets]
            return {**threads, "gold_sets": gold_sets, "words": params.report.words, **counts}
        case "evaluate_lm", model:
            return {**threads, **_measured(params, model)}
        case "evaluate_seq2seq", task, attention:
            return _decoding(params, task, attention)
        case "saliency", task, attention:
            return {**_decoding(params, task, attention), "sentences": getattr(params.saliency, task)}
        case ("headline",):
            return {**threads, "models": _dump(params.models)}
        case ("report",):
            shown = params.model_dump(mode="json", by_alias=True, exclude={"compute", "studies"})
            return {**seeded, "words": params.report.words, "params": shown}
    return _study(params, item)


def _study(params: Params, item: Item) -> Values:  # noqa: PLR0911, one case a stage
    """The settings of one item of ``studies/dvc.yaml``."""
    if params.studies is None:
        raise FirthError("params.yaml: studies: missing; in the folder studies, `git checkout params.yaml` helps")
    training = {"seed": params.training_seed, "threads": params.threads, "precision": params.precision}
    feed_forward = {"feedforward": _network(params, "feedforward"), "word2vec": _dump(params.word2vec)}
    match item.stage, *item.arguments:
        case ("study_softmax",):
            return {**training, **feed_forward, "vocabulary_sizes": params.studies.vocabulary_sizes}
        case "study_vectors", _:
            return {**training, **feed_forward}
        case "study_clipping", _:
            rates = {"multiples": params.studies.learning_rate_multiples}
            return {**training, "lm": _network(params, "rnn"), **rates}
        case "study_embeddings", _:
            return {**training, "lm": _network(params, "lstm"), "shares": params.studies.text_shares}
        case "study_encoders", _, reading:
            attention = "additive" if reading == "attention" else "none"
            return {**training, **_translator(params, attention)}
        case ("study_bottleneck",):
            return {**training, **_translator(params, "none"), "sizes": params.studies.hidden_sizes}
        case "study_pairs", _:
            sizes = {"dimension": params.word2vec.dimension, "percent": params.studies.pair_percentages}
            return {**training, **_translator(params, "additive"), **sizes}
    raise AssertionError(item.name)


def _text(params: Params, role: str) -> Values:
    """Where the text of a role comes from, and how much of it the built-in world draws."""
    source = getattr(params.corpora, role)
    values: Values = {"source": source.model_dump(mode="json", by_alias=True, exclude_none=True)}
    if _is_world(source):
        values |= {"seed": params.seed, "world": _dump(getattr(params.world, role))}
    if role == "embeddings":
        values["gold_sets"] = params.evaluation.model_dump(mode="json", exclude_none=True)["gold_sets"]
    return values


def _is_world(source: Section) -> bool:
    return getattr(source, "source", None) == "world"


def _network(params: Params, network: Any) -> Values:
    return _dump(params.lm_for(network).of_network(network))


def _encoder_decoder(params: Params, task: Any, attention: Any) -> Values:
    return _dump(params.seq2seq_for(task, attention).training())


def _measured(params: Params, model: Any) -> Values:
    """What only the measuring of a language model reads; the depth of the grammar, for its probabilities."""
    source = {"world_depth": params.world.lm.max_depth if _is_world(params.corpora.lm) else None}
    if model == "ngram":
        return {**source, "largest_order": max(params.ngram.order, params.ngram.largest_order)}
    dynamic = params.lm_for(model).dynamic_evaluation
    return {**source, "dynamic_evaluation": None if dynamic is None else _dump(dynamic)}


def _decoding(params: Params, task: Any, attention: Any) -> Values:
    search = _dump(params.seq2seq_for(task, attention).search())
    return {"threads": params.threads, "precision": params.precision, "search": search}


def _translator(params: Params, attention: Any) -> Values:
    section = params.seq2seq_for("translation", attention)
    return {"seq2seq": _dump(section.training()), "search": _dump(section.search())}


def _dump(section: Section) -> Values:
    return section.model_dump(mode="json", by_alias=True)
