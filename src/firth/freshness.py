"""Whether the settings and the code of a stage item are those that ``settings/`` and ``code/`` name."""

from firth.code_graph import CodeGraph
from firth.errors import FirthError
from firth.params.effective import effective_settings
from firth.params.experiment import Params
from firth.params.pipeline_items import Item
from firth.params.settings import Settings, as_text
from firth.workspace import Workspace, checkout


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
    values = effective_settings(params, [item]).get(item.name)
    if values is None:
        raise FirthError(f"params.yaml: section models does not list {' '.join(item.arguments)}; add it there")
    if as_text(settings.values) != as_text(values):
        path = workspace.settings / f"{item.name}.json"
        raise FirthError(f"{path}: params.yaml has changed since; run `dvc repro check`, then this again")
