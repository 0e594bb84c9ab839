"""Stage ``code``: digests of the code that every stage item can run; in git, they say why a stage is out of date."""

from typing import TYPE_CHECKING

from firth.code_graph import CodeGraph
from firth.params.pipeline_items import pipeline_items
from firth.workspace import checkout, write_files

if TYPE_CHECKING:
    from firth.workspace import Workspace


def run(workspace: "Workspace") -> None:
    """Write ``code/ITEM.txt`` for every item that the pipeline can have."""
    graph = CodeGraph.of(checkout())
    write_files(workspace.code, {f"{item.name}.txt": graph.listing(item) for item in pipeline_items(workspace.root)})
