"""Scores of test items, written and read."""

from pathlib import Path

import numpy as np

from firth.measures.scored_items import ScoredItems, digest, load_items, save_items, share_items


def test_what_is_read_is_what_was_written_in_the_same_bytes(tmp_path: Path) -> None:
    items = {
        "test_bleu": ScoredItems(np.arange(20.0).reshape(2, 10), digest(["a", "b"])),
        "test_exact_match": share_items(np.array([1, 0.5, 0]), ["x", "y", "z"]),
    }
    save_items(tmp_path, items)
    first = (tmp_path / "items.npz").read_bytes()
    found = load_items(tmp_path / "items.npz")
    assert {name: scored.texts for name, scored in found.items()} == {
        name: scored.texts for name, scored in items.items()
    }
    assert found["test_bleu"].summands.tolist() == items["test_bleu"].summands.tolist()
    assert found["test_exact_match"].summands.tolist() == [[1, 1], [0.5, 1], [0, 1]]
    save_items(tmp_path, found)
    assert (tmp_path / "items.npz").read_bytes() == first


def test_a_digest_depends_on_every_text_and_on_their_order() -> None:
    assert len({digest(texts) for texts in (["a", "b"], ["b", "a"], ["a"], ["ab"], [])}) == 5
