"""The catalog's plain texts in their own forms, on small archives of the same layout."""

import io
import tarfile
import zipfile
from pathlib import Path

from firth.corpora.archives import LocalFile
from firth.corpora.prose import catalog_lines, untagged


def test_tags_are_removed_and_words_with_slashes_kept() -> None:
    line = "\tThe/at Fulton/np-tl ``/`` 1//2/cd and/or/cc no-tag d'art/fw-in+nn ./."
    assert untagged(line) == "The Fulton `` 1//2 and/or no-tag d'art ."


def test_nltk_prose_skips_what_is_no_text_and_reads_latin1_file_by_file(tmp_path: Path) -> None:
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
    assert list(catalog_lines("nltk-prose", files)) == [
        ("abc", "café"),
        ("abc", "Next."),
        ("abc", "é"),
        ("brown", "The jury ."),
        ("brown", "A b"),
    ]


def test_imdb_gives_a_review_a_line_by_folder_without_markup(tmp_path: Path) -> None:
    path = tmp_path / "aclImdb_v1.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in {
            "aclImdb/README": b"\xff",
            "aclImdb/test/neg/0_2.txt": b"Bad.<br /><br />Very  bad.",
            "aclImdb/train/unsupBow.feat": b"0 1:2",
            "aclImdb/train/unsup/5_0.txt": b"So so.",
        }.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    file = LocalFile(path, "https://x/aclImdb_v1.tar.gz")
    assert list(catalog_lines("imdb", {"aclImdb": file})) == [("test/neg", "Bad. Very bad."), ("train/unsup", "So so.")]
