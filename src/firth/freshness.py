"""Whether a stage item may run: it is listed, and its settings and code are those in ``settings/`` and ``code/``."""

from firth.code_graph import CodeGraph
from firth.errors import FirthError
from firth.params.effective import effective_settings, unlisted
from firth.params.experiment import Params
from firth.params.pipeline_items import Item
from firth.params.settings import Settings, as_text
from firth.workspace import Workspace, checkout


def verify_listed(item: Item, params: Params) -> None:
    """Refuse to run an item of a model that is no part of the experiment: ``check`` writes no settings for it.

    Raises
    ------
    FirthError
        If the list in section ``models`` of params.yaml does not name the model.
    """
    if missing := unlisted(params, item):
        key, name = missing
        raise FirthError(f"params.yaml: models.{key} does not name {name}; add it there, then run `firth repro`")


def verify_fresh(workspace: Workspace, item: Item, settings: Settings, params: Params) -> None:
    """Refuse to run an item whose result would not belong to the params and the code that are recorded for it.

    ``dvc repro`` runs ``code`` and ``check`` first; ``dvc repro -s`` and a direct call do not.

    Parameters
    ----------
    settings : of the item, as they are recorded.
    params : as params.yaml is now.

    Raises
    ------
    FirthError
        If params.yaml or the code has changed since ``check`` or ``code`` ran.
    """
    if settings.code != CodeGraph.of(checkout()).listing(item):
        path = workspace.code / f"{item.name}.txt"
        raise FirthError(f"{path}: the code has changed since; run `dvc repro code`, then this again")
    if as_text(settings.values) != as_text(effective_settings(params, [item])[item.name]):
        path = workspace.settings / f"{item.name}.json"
        raise FirthError(f"{path}: params.yaml has changed since; run `dvc repro check`, then this again")
