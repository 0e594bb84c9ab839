"""NLTK's archives of prose, on small ones of the same layout."""

import zipfile
from pathlib import Path

from firth.corpora.archives import LocalFile
from firth.corpora.catalog.nltk_prose import prose_parts, untagged


def test_tags_are_removed_and_words_with_slashes_kept() -> None:
    line = "\tThe/at Fulton/np-tl ``/`` 1//2/cd and/or/cc no-tag d'art/fw-in+nn ./."
    assert untagged(line) == "The Fulton `` 1//2 and/or no-tag d'art ."


def test_nltk_prose_skips_other_files_and_reads_latin1_file_by_file(tmp_path: Path) -> None:
    files = {}
    for name, content in {
        "abc": {"abc/README": b"not this", "abc/z.txt": "é\n".encode(), "abc/a.txt": b"caf\xe9\r\n\r\nNext.\r\n"},
        "brown": {
            "brown/CONTENTS": b"no",
            "brown/cats.txt": b"no",
            "brown/ca01": b"\n\n\tThe/at jury/nn ./.\nA/at b/nn\n",
        },
    }.items():
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for member, text in content.items():
                archive.writestr(member, text)
        files[name] = LocalFile(tmp_path / name, name)
    assert list(prose_parts(files)) == [
        ("abc", "café"),
        ("abc", "Next."),
        ("abc", "é"),
        ("brown", "The jury ."),
        ("brown", "A b"),
    ]
