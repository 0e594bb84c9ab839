"""Stage ``check``: validate params.yaml and own files, and write the effective settings of every stage item.

It runs before all others, so that a wrong value is refused before DVC removes an output of theirs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from firth.corpora.counts import FileCounts
from firth.corpora.fetch import public_address
from firth.corpora.own import all_own_texts, own_texts, verified_files
from firth.errors import listed
from firth.params.effective import effective_settings
from firth.params.pipeline_items import pipeline_items
from firth.params.roles import ROLES
from firth.params.settings import as_text
from firth.workspace import write_files

if TYPE_CHECKING:
    from firth.params.corpora_params import OwnFile
    from firth.params.experiment import Params
    from firth.workspace import Workspace


def run(params: Params, workspace: Workspace) -> None:
    """Write ``settings/ITEM.json`` for every item that is to be built, and which roles have own files given by path.

    DVC reads these roles, so that it compares the files with their checksums at every run.

    Raises
    ------
    FirthError
        As ``verify``.
    """
    verify(all_own_texts(params), workspace)
    settings = effective_settings(params, pipeline_items(workspace.root))
    roles = [role for role in ROLES if any(own.paths for own in own_texts(params, role).values())]
    texts = {f"{item}.json": as_text(values) for item, values in settings.items()}
    write_files(workspace.settings, {**texts, "own_files.json": json.dumps({"own_files": roles}) + "\n"})
    print("params.yaml is valid, and so are the files that it gives by path")


def verify(named: dict[str, OwnFile], workspace: Workspace) -> None:
    """Compare own files with their checksums.

    Raises
    ------
    FirthError
        One line for each file that is missing or has no or another checksum in params.yaml. Files given by url are
        verified when they are fetched.
    """
    by_path = {key: own for key, own in named.items() if own.paths}
    files = verified_files(by_path, workspace.home, workspace.downloads(), FileCounts())
    for key, own in named.items():
        if own.url is not None:
            print(f"{key}: {public_address(own.url)} is verified when it is fetched")
        else:
            print(f"{key}: {listed(own.paths)}: as params.yaml names it, files: {len(files[key]):,}")
