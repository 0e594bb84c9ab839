"""Checksums are put into a params file whose comments stay."""

import yaml

from firth.params.checksums import with_checksums

TEXT = """\
# An experiment.
corpora:
  # Where the text comes from.
  lm: {path: a.txt}  # mine
  qa:
    train: {path: b.txt, sha256: old}
    valid:
      path: c.txt
evaluation:
  gold_sets:
  - men
  - {path: gold.txt}
"""


def test_checksums_are_added_and_replaced_where_they_belong() -> None:
    a, b, c = ("1" * 64, "2" * 64, "3" * 64)
    keys = {"corpora.lm": a, "corpora.qa.train": b, "evaluation.gold_sets.1": c}
    text = with_checksums(TEXT, "params.yaml", keys)
    content = yaml.safe_load(text)
    assert content["corpora"]["lm"] == {"path": "a.txt", "sha256": a}
    assert content["corpora"]["qa"]["train"] == {"path": "b.txt", "sha256": b}
    assert content["evaluation"]["gold_sets"] == ["men", {"path": "gold.txt", "sha256": c}]
    comments = ["# An experiment.", "  # Where the text comes from.", "# mine"]
    lines = [line for line in text.splitlines() if "#" in line]
    assert [line[line.index("#") :].strip() for line in lines] == [comment.strip() for comment in comments]
    assert next(line for line in lines if "mine" in line).startswith("  lm:")
    assert max(map(len, text.splitlines())) <= 80
