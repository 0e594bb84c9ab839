"""Stage ``code``: a file for every item that the pipeline can have, and no others."""

import shutil
from pathlib import Path

from firth.code_graph import CodeGraph
from firth.params.pipeline_items import pipeline_items
from firth.stages import code
from firth.workspace import Workspace, checkout


def test_every_item_has_the_listing_of_its_own_code(tmp_path: Path) -> None:
    shutil.copy(checkout() / "dvc.yaml", tmp_path)
    workspace = Workspace(tmp_path)
    workspace.code.mkdir()
    (workspace.code / "lm-unknown.txt").write_text("of an earlier release")
    code.run(workspace)
    written = {path.name: path.read_text() for path in workspace.code.iterdir()}
    items = pipeline_items(tmp_path)
    assert written.keys() == {f"{item.name}.txt" for item in items}
    graph = CodeGraph.of(checkout())
    assert all(written[f"{item.name}.txt"] == graph.listing(item) for item in items)
    assert "firth.lm.recurrent" in written["lm-gru.txt"] and "firth.lm.recurrent" not in written["lm-feedforward.txt"]
    assert "firth.stages.svd" in written["svd.txt"] and "pytorch_lightning" not in written["evaluate_lm-gru.txt"]
