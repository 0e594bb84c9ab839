"""Writing the checksums of own files into a params file, whose comments stay."""

from collections.abc import Mapping
from typing import Any

from firth.params.presets import dumped, parse_commented


def with_checksums(text: str, name: str, checksums: Mapping[str, str]) -> str:
    """The text of a params file with ``sha256`` of own files put in.

    The mappings around a checksum are written a key a line, as a checksum leaves no room beside it.

    Parameters
    ----------
    name : of the params file, for errors.
    checksums : key of an own text, such as ``corpora.lm.train`` → SHA-256.
    """
    content = parse_commented(text, name)
    for key, checksum in checksums.items():
        place: Any = content
        for part in key.split("."):
            place = place[int(part) if part.isdecimal() else part]
            if hasattr(place, "fa"):
                place.fa.set_block_style()
        place["sha256"] = checksum
    return dumped(content)
