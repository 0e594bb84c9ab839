"""Word vectors for TensorBoard's projector, which draws them in three dimensions: tables of vectors and of words."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from firth.workspace import write_text

Space = tuple[list[str], np.ndarray]


def write_projector(folder: Path, spaces: Mapping[str, Space], classes: Mapping[str, str] | None) -> None:
    """Write ``SPACE/tensor.tsv``, a vector a line, and ``SPACE/metadata.tsv``, the word of each line.

    Parameters
    ----------
    spaces : name → words (V,) and their vectors (V, D).
    classes : word → class, a second column of the metadata for colors; None if there are no classes. A file of several
        columns begins with their names, a file of one column must not.
    """
    for name, (words, vectors) in spaces.items():
        rows = words if classes is None else ["word\tclass", *(f"{word}\t{classes.get(word, '')}" for word in words)]
        write_text(folder / name / "metadata.tsv", "".join(f"{row}\n" for row in rows))
        lines = ("\t".join(f"{value:.6g}" for value in vector) for vector in vectors.tolist())
        write_text(folder / name / "tensor.tsv", "".join(f"{line}\n" for line in lines))
