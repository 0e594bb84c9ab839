"""Stage ``check``: validate params.yaml and own files, and write the effective settings of every stage item.

It runs before all others, so that a wrong value is refused before DVC removes an output of theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth.corpora.own import own_files, verified_file
from firth.errors import FirthError
from firth.params.corpora_params import ROLES
from firth.params.effective import effective_settings
from firth.params.pipeline_items import pipeline_items
from firth.params.settings import as_text
from firth.workspace import write_files

if TYPE_CHECKING:
    from firth.params.experiment import Params
    from firth.workspace import Workspace


def run(params: Params, workspace: Workspace) -> None:
    """Write ``settings/ITEM.json`` for every item that is to be built.

    Files given by url are verified when they are fetched.

    Raises
    ------
    FirthError
        One line for each file that is missing or has no or another checksum in params.yaml.
    """
    problems = []
    for role in ROLES:
        for key, own in own_files(getattr(params.corpora, role), f"corpora.{role}"):
            if own.path is None:
                print(f"{key}: {own.url} is verified when it is fetched")
                continue
            try:
                verified_file(key, own, workspace.home, workspace.downloads())
                print(f"{key}: {own.path} is the file that params.yaml names")
            except FirthError as problem:
                problems.append(str(problem))
    if problems:
        raise FirthError("\n".join(problems))
    settings = effective_settings(params, pipeline_items(workspace.root))
    write_files(workspace.settings, {f"{item}.json": as_text(values) for item, values in settings.items()})
    print("params.yaml is valid, and so are the files that it gives by path")
