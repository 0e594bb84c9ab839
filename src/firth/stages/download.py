"""Stage ``download@ROLE``: the text of one role, fetched or drawn, verified, tidied and split."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from firth.corpora.gold_files import find_gold_sets, write_gold_set
from firth.corpora.library import Library
from firth.corpora.role_text import flat_counts, write_role_text
from firth.params.corpora_params import SOURCES
from firth.params.evaluation_params import GoldSource
from firth.params.world_params import WORLD
from firth.tables import write_metrics
from firth.workspace import writing

if TYPE_CHECKING:
    from firth.params.roles import Role
    from firth.params.settings import Settings
    from firth.workspace import Workspace


def run(settings: Settings, workspace: Workspace, role: Role) -> None:
    """Write ``data/raw/ROLE``; metrics: how much was read and left out, and how much text there is in each split."""
    library, gold_library = (Library(workspace.home, workspace.downloads()) for _ in range(2))
    source: Any = settings.section("source", SOURCES[role])
    drawn = "world" in settings.values
    world = settings.section("world", WORLD[role]) if drawn else None
    wanted = settings.section("gold_sets", list[GoldSource]) if role == "embeddings" else []
    gold_sets = find_gold_sets(wanted, gold_library)
    with writing(workspace.raw(role)) as out:
        counts = write_role_text(out, role, source, library, world, settings.seed if drawn else 0)
        for name, files in gold_sets.items():
            write_gold_set(name, files, out / "gold")
        write_metrics(out / "metrics.json", flat_counts(counts) | library.metrics())
    for message in library.messages():
        print(f"download@{role}: {message}", file=sys.stderr)
