"""Tables for TensorBoard's projector."""

from pathlib import Path

import numpy as np

from firth.report.projector import write_projector


def test_each_word_stands_in_the_line_of_its_vector_with_its_class_if_there_are_classes(tmp_path: Path) -> None:
    vectors = np.array([[0.5, -2], [1e-7, 3]], np.float32)
    write_projector(tmp_path, {"svd": (["dog", "the"], vectors)}, {"dog": "pet"})
    assert (tmp_path / "svd" / "metadata.tsv").read_text() == "word\tclass\ndog\tpet\nthe\t\n"
    np.testing.assert_allclose(np.loadtxt(tmp_path / "svd" / "tensor.tsv", delimiter="\t"), vectors, rtol=1e-5)
    write_projector(tmp_path, {"svd": (["dog", "the"], vectors)}, None)
    assert (tmp_path / "svd" / "metadata.tsv").read_text() == "dog\nthe\n"
