"""Scores of test items, written and read."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from firth.measures.scored_items import ScoredItems, digest, load_items, save_items, share_items


def test_what_is_read_is_what_was_written_in_the_same_bytes(tmp_path: Path) -> None:
    items = {
        "test_bleu": ScoredItems(np.arange(20.0).reshape(2, 10), digest(["a", "b"])),
        "test_exact_match": share_items(np.array([1, 0.5, 0]), ["x", "y", "z"]),
    }
    save_items(tmp_path, items)
    first = (tmp_path / "items.safetensors").read_bytes()
    found = load_items(tmp_path / "items.safetensors")
    assert {name: scored.texts for name, scored in found.items()} == {
        name: scored.texts for name, scored in items.items()
    }
    assert found["test_bleu"].summands.tolist() == items["test_bleu"].summands.tolist()
    assert found["test_exact_match"].summands.tolist() == [[1, 1], [0.5, 1], [0, 1]]
    save_items(tmp_path, found)
    assert (tmp_path / "items.safetensors").read_bytes() == first


def test_the_bytes_are_those_of_the_format_alone(tmp_path: Path) -> None:
    items = {name: share_items(np.array([1.0]), [name]) for name in ("b", "a", "c")}
    save_items(tmp_path, items)
    texts = ", ".join(f'\\"{name}\\": \\"{digest([name])}\\"' for name in "abc")
    tensors = ",".join(
        f'"{name}":{{"dtype":"F64","shape":[1,2],"data_offsets":[{16 * place},{16 * place + 16}]}}'
        for place, name in enumerate("abc")
    )
    header = f'{{"__metadata__":{{"texts":"{{{texts}}}"}},{tensors}}}'.encode()
    header += b" " * (-len(header) % 8)
    content = len(header).to_bytes(8, "little") + header + np.ones(6).tobytes()
    assert (tmp_path / "items.safetensors").read_bytes() == content


@pytest.mark.parametrize(
    ("summands", "metadata"),
    [
        (np.ones((2, 2)), None),
        (np.ones((2, 2)), "{"),
        (np.ones((2, 2)), "[]"),
        (np.ones((2, 2)), "[" * 100_000),
        (np.ones((2, 2)), json.dumps({"other": "x"})),
        (np.ones((2, 2)), json.dumps({"a": 1})),
        (np.ones(2), json.dumps({"a": "x"})),
        (np.ones((2, 2), np.float32), json.dumps({"a": "x"})),
    ],
)
def test_other_safetensors_are_refused(tmp_path: Path, summands: np.ndarray, metadata: str | None) -> None:
    path = tmp_path / "items.safetensors"
    save_file({"a": summands}, path, None if metadata is None else {"texts": metadata})
    with pytest.raises(ValueError, match=r"items\.safetensors: no scores of test items"):
        load_items(path)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff" * 100, b"PK\x03\x04" + bytes(100)])
def test_what_is_no_safetensors_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "items.safetensors").write_bytes(content)
    with pytest.raises(ValueError, match=r"items\.safetensors: no scores of test items"):
        load_items(tmp_path / "items.safetensors")


def test_a_digest_depends_on_every_text_and_on_their_order() -> None:
    assert len({digest(texts) for texts in (["a", "b"], ["b", "a"], ["a"], ["ab"], [])}) == 5
