"""What decides a result has a fingerprint of its own."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from firth.params.compute_params import ComputeParams
from firth.params.ngram_params import Order
from firth.params.settings import Settings
from firth.params.svd_params import SvdParams

CPU = ComputeParams(accelerator="cpu", devices=1, nodes=1, checkpoint_minutes=2)


def settings(code: str = "code", item: str = "svd", compute: ComputeParams = CPU, **values: Any) -> Settings:
    return Settings(item, values, code, compute)


def test_a_fingerprint_changes_with_settings_code_item_and_inputs_and_with_nothing_else(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "deep").mkdir(parents=True)
    (data / "deep" / "ids").write_bytes(b"1")
    first = settings(a=1, b=2).fingerprint([data])
    assert settings(b=2, a=1).fingerprint([data]) == first
    gpu = ComputeParams(accelerator="gpu", devices=2, nodes=1, checkpoint_minutes=2)
    assert settings(a=1, b=2, compute=gpu).fingerprint([data]) == first
    assert settings(a=1, b=3).fingerprint([data]) != first
    assert settings(code="other", a=1, b=2).fingerprint([data]) != first
    assert settings(item="word2vec", a=1, b=2).fingerprint([data]) != first
    (data / "deep" / "ids").write_bytes(b"2")
    assert settings(a=1, b=2).fingerprint([data]) != first


def test_a_section_is_validated_as_its_class_or_type() -> None:
    svd = {"dimension": 8, "smoothing": 0.75, "shift": 1.0, "eigenvalue_weight": 0.5, "add_context_vectors": False}
    found = settings(svd=svd, order=3)
    assert found.section("svd", SvdParams).dimension == 8
    assert found.section("order", Order) == 3
    with pytest.raises(ValidationError):
        settings(svd={**svd, "dimension": 0}).section("svd", SvdParams)
