"""What people bring: each kind of input that a reader could lose or mistake is read whole, or refused by name.

A row: the role, the file (a name and its bytes, or several), and either the numbers of what is read and left out, or
the error.
"""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from firth.corpora.library import Library
from firth.corpora.own import own_files, seen_checksums
from firth.corpora.role_text import write_role_text
from firth.errors import FirthError
from firth.params.corpora_params import SOURCES
from firth.params.roles import Role

TEXT = b"".join(b"line number %d\n" % number for number in range(40))
STORY = b"1 Tim is in the hall.\n2 Where is Tim?\thall\t1\n"
WIDE = "h\u00e9llo w\u00f6rld\n" * 40


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def tarred(files: dict[str, bytes | str]) -> bytes:
    """A tar archive of files and, where the content is a name, of links."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            if isinstance(content, str):
                entry.type, entry.linkname = tarfile.SYMTYPE, content
                archive.addfile(entry)
            else:
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


READ: dict[str, tuple[Role, dict[str, bytes], dict[str, Any], dict[str, int]]] = {
    "two xz streams": ("lm", {"a.xz": lzma.compress(TEXT) * 2}, {}, {"lines": 80}),
    "xz with zeros": ("lm", {"a.xz": lzma.compress(TEXT) + bytes(8) + lzma.compress(TEXT)}, {}, {"lines": 80}),
    "bzip2 of level 1": ("lm", {"a.bz2": bz2.compress(TEXT, 1)}, {}, {"lines": 40}),
    "gzip with zeros": ("lm", {"a.gz": packed(TEXT) + bytes(100) + packed(TEXT)}, {}, {"lines": 80}),
    "suffix in capitals": ("lm", {"A.TXT.GZ": packed(TEXT)}, {}, {"lines": 40}),
    "members left out": (
        "lm",
        {
            "a.zip": zipped(
                {
                    "T.TXT": TEXT,
                    "b.txt": b"nul \0 byte\n",
                    "LICENSE.md": b"x\n",
                    "cats.txt": b"x\n",
                    "x.txt.gz": packed(TEXT),
                    "p.png": b"\x89PNG\0",
                }
            )
        },
        {},
        {"lines": 41, "members": 2, "accompanying_files": 2, "packed_files": 1, "binary_files": 1},
    ),
    "links of a tar": ("lm", {"a.tar": tarred({"a.txt": TEXT, "b.txt": "a.txt"})}, {}, {"lines": 40, "links": 1}),
    "carriage returns": ("lm", {"a.txt": TEXT.replace(b"\n", b"\r")}, {}, {"lines": 40}),
    "pairs by carriage returns": (
        "translation",
        {"a.tsv": TEXT.replace(b" number ", b"\t").replace(b"\n", b"\r")},
        {},
        {"lines": 40},
    ),
    "stories by carriage returns": ("qa", {"a.txt": (STORY * 40).replace(b"\n", b"\r")}, {}, {"lines": 80}),
    "marks in mid-file": ("lm", {"a.txt": b"\xef\xbb\xbf" + TEXT + b"\xef\xbb\xbf" + TEXT}, {}, {"lines": 80}),
    "invisible lines": ("lm", {"a.txt": TEXT + "\u200b\u00a0\n\u2060\n".encode()}, {}, {"lines": 40, "blank_lines": 2}),
    "blank targets": (
        "translation",
        {"a.tsv": b"a\tb\n" * 40 + "c\t\u3000\u200d\n".encode() * 3 + b"\td\n"},
        {},
        {"lines": 44, "pairs_without_target": 3, "pairs_without_source": 1},
    ),
    "empty last columns": ("translation", {"a.tsv": b"a\tb\t\t\n" * 40}, {}, {"lines": 40}),
    "stories without a question": (
        "qa",
        {"a.txt": (STORY + b"1 Ann left.\n") * 40},
        {},
        {"lines": 120, "stories_without_question": 40},
    ),
    "UTF-16 by name": ("lm", {"a.txt": WIDE.encode("utf-16")}, {"encoding": "utf-16"}, {"lines": 40}),
    "Latin-1 by name": ("lm", {"a.txt": WIDE.encode("latin-1")}, {"encoding": "latin-1"}, {"lines": 40}),
    "folder": (
        "lm",
        {"t/b.txt": TEXT, "t/a/c.txt.xz": lzma.compress(TEXT), "t/README": b"x\n", "t/void": b""},
        {"path": "t"},
        {"files": 2, "lines": 80, "accompanying_files": 1, "empty_files": 1},
    ),
    "pattern": ("lm", {"t/b.txt": TEXT, "t/c.md": b"x\n"}, {"path": "t/*.txt"}, {"files": 1, "lines": 40}),
    "list": ("lm", {"b.txt": TEXT, "a.txt": TEXT}, {"path": ["b.txt", "a.txt"]}, {"files": 2, "lines": 80}),
}
REFUSED: dict[str, tuple[Role, dict[str, bytes], dict[str, Any], str]] = {
    "damage behind a stream": ("lm", {"a.xz": lzma.compress(TEXT) + b"junk"}, {}, r"a\.xz: is damaged"),
    "a stream cut short": ("lm", {"a.bz2": bz2.compress(TEXT) * 2 + bz2.compress(TEXT)[:30]}, {}, r"a\.bz2: is trunc"),
    "packed twice": ("lm", {"a.gz": packed(packed(TEXT))}, {}, r"a\.gz: holds a file that is packed again, with gzip"),
    "another packing": ("lm", {"a.lzma": lzma.compress(TEXT, lzma.FORMAT_ALONE)}, {}, r"a\.lzma: is packed with lzma"),
    "two archives": ("lm", {"a.tar": tarred({"a": TEXT}) * 2}, {}, r"a\.tar: something stands behind"),
    "UTF-16 member": ("lm", {"a.zip": zipped({"A.TXT": WIDE.encode("utf-16")})}, {}, r"A\.TXT: .* UTF-16"),
    "Latin-1": ("lm", {"a.txt": WIDE.encode("latin-1")}, {}, r"a\.txt: line 1 is not UTF-8"),
    "another encoding": ("lm", {"a.txt": b"\xff" * 9}, {"encoding": "shift_jis"}, r"a\.txt: is not shift_jis"),
    "tagged words": (
        "lm",
        {"a.zip": zipped({"ca01": b"\tThe/at jury/nn said/vbd\n" * 40})},
        {},
        r"carry tags, as The/at",
    ),
    "a document": ("lm", {"a.txt": b"%PDF-1.7\n"}, {}, r"a\.txt: is a file of PDF"),
    "no text": ("lm", {"a.txt": "\u200b \u00a0\n".encode()}, {}, r"a\.txt: there is no text"),
    "three columns": ("translation", {"a.tsv": b"a\tb\tc\n"}, {}, r"a\.tsv: line 1 has 3 columns"),
    "no pattern": ("lm", {"a.txt": TEXT}, {"path": "*.nope"}, r"\*\.nope: matches no file"),
    "named twice": ("lm", {"a.txt": TEXT}, {"path": ["a.txt", "*.txt"]}, r"a\.txt: is named twice"),
}


def read(folder: Path, role: Role, files: dict[str, bytes], source: dict[str, Any]) -> dict[str, int]:
    """The counts of reading a role's text from these files, of which the first is the text if ``source`` names none."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    languages = {"from": "en", "to": "fr"} if role == "translation" else {}
    adapter = TypeAdapter[Any](SOURCES[role])
    described = {"path": next(iter(files)), **source, **languages}
    ((key, own),) = own_files(adapter.validate_python(described), "text")
    checksum = seen_checksums({key: own}, folder, folder)[key]
    library = Library(folder, folder)
    (folder / "raw").mkdir()
    write_role_text(folder / "raw", role, adapter.validate_python({**described, "sha256": checksum}), library)
    return library.metrics()


@pytest.mark.parametrize("kind", READ)
def test_text_is_read_whole_and_what_is_left_out_is_counted(tmp_path: Path, kind: str) -> None:
    role, files, source, counts = READ[kind]
    assert read(tmp_path, role, files, source) == {"files": 1, "members": counts.get("files", 1), **counts}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    role, files, source, message = REFUSED[kind]
    with pytest.raises(FirthError, match=message) as caught:
        read(tmp_path, role, files, source)
    assert "\n" not in str(caught.value)
