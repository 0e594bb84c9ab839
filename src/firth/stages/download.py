"""Stage ``download@ROLE``: the text of one role, fetched or drawn, verified, tidied and split."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firth.corpora.catalog import CORPORA, GOLD_SETS
from firth.corpora.gold import write_gold_set
from firth.corpora.raw import Counts, write_description, write_pairs, write_questions, write_text
from firth.corpora.sampled import write_embeddings_text, write_lm_text, write_qa_text, write_translation_text
from firth.corpora.sources import catalog_pairs, catalog_questions, catalog_text, fetched, own_items, own_name
from firth.report.metrics import write_metrics
from firth.workspace import writing

if TYPE_CHECKING:
    from firth.params.corpora import Role
    from firth.params.experiment import Params
    from firth.workspace import Workspace

WRITERS: dict[str, Callable[[Path, Any], Counts]] = {
    "embeddings": write_text,
    "lm": write_text,
    "translation": write_pairs,
    "qa": write_questions,
}


def run(params: Params, workspace: Workspace, role: Role) -> None:
    """Write ``data/raw/<role>``, and how much text there is as metrics ``download-<role>``."""
    name = getattr(getattr(params.corpora, role), "source", None)
    metrics: dict[str, Any]
    with writing(workspace.raw(role)) as out:
        if name == "world":
            metrics = _write_world(params, role, out)
        elif name is not None:
            metrics = _write_catalog(params, role, name, out, workspace.downloads())
        else:
            metrics = _write_own(params, role, out, workspace)
        if role == "embeddings" and params.evaluation.gold_sets:
            metrics["gold"] = _write_gold(params, out / "gold", workspace.downloads())
    write_metrics(workspace.metrics(f"download-{role}"), metrics)


def _write_world(params: Params, role: Role, out: Path) -> Counts:
    source: Any = getattr(params.corpora, role)
    write_description(
        out,
        name="world",
        language=_languages(source) if role == "translation" else "en",
        tokenized=False,
        license_="MIT",
        citation="the world that is built into Firth",
        world=True,
    )
    settings: Any = getattr(params.world, role)
    if role == "embeddings":
        return write_embeddings_text(out, settings, params.seed)
    if role == "lm":
        return write_lm_text(out, settings, params.seed)
    if role == "translation":
        return write_translation_text(out, settings, params.seed, source.source_language)
    return write_qa_text(out, settings, params.seed)


def _write_catalog(params: Params, role: Role, name: str, out: Path, downloads: Path) -> Counts:
    source: Any = getattr(params.corpora, role)
    corpus = CORPORA[name]
    write_description(
        out,
        name=name,
        language=_languages(source) if role == "translation" else corpus.language,
        tokenized=corpus.tokenized,
        license_=corpus.license,
        citation=corpus.citation,
        world=False,
    )
    if role == "translation":
        return write_pairs(out, catalog_pairs(source, downloads))
    if role == "qa":
        return write_questions(out, catalog_questions(source, downloads))
    return write_text(out, catalog_text(name, role, downloads))


def _write_own(params: Params, role: Role, out: Path, workspace: Workspace) -> Counts:
    source: Any = getattr(params.corpora, role)
    write_description(
        out,
        name=own_name(source, role),
        language=_languages(source) if role == "translation" else "unknown",
        tokenized=False,
        license_="the user's own text",
        citation="the user's own text",
        world=False,
    )
    return WRITERS[role](out, own_items(source, role, workspace.root, workspace.downloads()))


def _write_gold(params: Params, folder: Path, downloads: Path) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in params.evaluation.gold_sets:
        (file,) = fetched(GOLD_SETS[name].files, downloads).values()
        counts[name] = write_gold_set(name, file, folder)
    return counts


def _languages(source: Any) -> dict[str, str]:
    return {"source": source.source_language, "target": source.target_language}
