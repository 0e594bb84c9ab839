"""Stage ``check``: validate params.yaml and own files, and write the effective settings of every stage item.

It runs before all others, so that a wrong value is refused before DVC removes an output of theirs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from firth.corpora.counts import FileCounts
from firth.corpora.own import own_texts, verified_files
from firth.params.corpora_params import ROLES, Role
from firth.params.effective import effective_settings
from firth.params.pipeline_items import pipeline_items
from firth.params.settings import as_text
from firth.workspace import write_files

if TYPE_CHECKING:
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
    by_path = verify(params, workspace)
    settings = effective_settings(params, pipeline_items(workspace.root))
    roles = [role for role in ROLES if any(key.startswith(f"corpora.{role}") for key in by_path)]
    own_files = json.dumps({"own_files": roles}) + "\n"
    texts = {f"{item}.json": as_text(values) for item, values in settings.items()}
    write_files(workspace.settings, {**texts, "own_files.json": own_files})
    print("params.yaml is valid, and so are the files that it gives by path")


def verify(params: Params, workspace: Workspace, role: Role | None = None) -> list[str]:
    """Compare own files with their checksums, and return the keys of those that are given by path.

    Raises
    ------
    FirthError
        One line for each file that is missing or has no or another checksum in params.yaml. Files given by url are
        verified when they are fetched.
    """
    named = {key: own for key, own in own_texts(params).items() if key.startswith(f"corpora.{role}" if role else "")}
    by_path = {key: own for key, own in named.items() if own.path is not None}
    files = verified_files(by_path, workspace.home, workspace.downloads(), FileCounts())
    for key, own in named.items():
        if own.path is None:
            print(f"{key}: {own.url} is verified when it is fetched")
        else:
            print(f"{key}: {own.path} is the text that params.yaml names, files: {len(files[key]):,}")
    return list(by_path)
