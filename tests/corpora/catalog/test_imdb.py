"""The archive of IMDB's reviews, on a small one of the same layout."""

import io
import tarfile
from pathlib import Path

from firth.corpora.archives import LocalFile
from firth.corpora.catalog.imdb import review_parts


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
    assert list(review_parts(file)) == [("test/neg", "Bad. Very bad."), ("train/unsup", "So so.")]
