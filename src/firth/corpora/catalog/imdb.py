"""Movie reviews from IMDB, one a line."""

import re

from firth.corpora.archives import LocalFile
from firth.corpora.corpus import Corpus, Items, Parts, split_text
from firth.corpora.fetch import Remote, Remotes
from firth.corpora.formats import prose_lines
from firth.corpora.library import Library
from firth.params.corpora_params import NamedText
from firth.params.roles import Role

REVIEW = re.compile(r"aclImdb/((?:train|test)/(?:pos|neg|unsup))/\d+_\d+\.txt")


def read(files: Remotes, source: NamedText, role: Role, library: Library) -> Items:
    """All reviews; each split has its share of every folder of the archive."""
    local = library.fetched(files)["aclImdb"]
    return split_text(lambda: review_parts(local), "imdb", role)


def review_parts(file: LocalFile) -> Parts:
    """(folder, review), without line breaks; folders are train or test, positive, negative or unlabeled."""
    for member, line in prose_lines(file, lambda member: bool(REVIEW.fullmatch(member))):
        folder = REVIEW.search(member)
        yield folder[1] if folder else "", " ".join(line.replace("<br />", " ").split())


IMDB = Corpus(
    license="unknown; see https://ai.stanford.edu/~amaas/data/sentiment/",
    citation="Maas, Daly, Pham, Huang, Ng & Potts (2011), Learning word vectors for sentiment analysis",
    files={
        "aclImdb": Remote(
            "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
            "md5:7c2ac02c03563afcf9b574c7e56c153a",
        )
    },
    read=read,
)
