"""What language models are measured on; ``tests/stages/test_evaluate_lm.py`` holds the measures themselves."""

import shutil
from pathlib import Path

from stages.four_sentences import workspace_at

from firth.measures.language_evaluation import HeldOutText


def test_streams_and_the_source_s_probabilities_are_read_once(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    text = HeldOutText.load(workspace.raw("lm"), workspace.tokens("lm"))
    stream, source = text.stream("test"), text.source_perplexity("test")
    shutil.rmtree(workspace.root / "data")
    assert text.stream("test") is stream
    assert text.source_perplexity("test") == source is not None
