"""Prose from six corpora that NLTK distributes: news, fiction, speeches, reviews, web text."""

from firth.corpora.archives import LocalFile
from firth.corpora.corpus import GITHUB, Corpus, Items, Parts, remotes, split_text
from firth.corpora.fetch import Remotes
from firth.corpora.formats import prose_lines
from firth.corpora.library import Library
from firth.params.corpora_params import NamedText
from firth.params.roles import Role

ADDRESS = f"{GITHUB}/nltk/nltk_data/5db857e6f7df11eabb5e5665836db9ec8df07e28/packages/corpora"
SHA256 = {
    "abc": "129bb6001beb828049a90a59b7dd3c2f0594a47012e48fc5177dfae38e658565",
    "brown": "9b275f9b3b95d7bd66ccfb7cd259f445a13bbe5d1f4107aba09fd3e8364bafa6",
    "inaugural": "7c5fb5793e31fbeae12bf1aa0ffda5336468f07cedb50654c6d31ca384e2046b",
    "movie_reviews": "a41211ae685019137410268134db6a1a14428c89b671eb83056151a878539008",
    "state_union": "366c1dc82b2abf896f42b2ec50ba802a0141a29f75d29ca48a7a243ce5bfbe8d",
    "webtext": "9e32dbae4879464b8f420a0dc721855bb26167b720d7695588d2ca2aeadf501a",
}


def read(files: Remotes, source: NamedText, role: Role, library: Library) -> Items:
    """Lines of all six corpora; each split has its share of every corpus."""
    local = library.fetched(files)
    return split_text(lambda: prose_parts(local), "nltk-prose", role)


def prose_parts(files: dict[str, LocalFile]) -> Parts:
    """(corpus, line) of each archive; tags of Brown's words are removed."""
    for name, file in files.items():
        for _, line in prose_lines(file, fallback=True):
            yield name, untagged(line) if name == "brown" else line


def untagged(line: str) -> str:
    """The words of a line of Brown's ``word/tag`` tokens; a word may hold a slash itself."""
    return " ".join(token.rpartition("/")[0] or token for token in line.split())


NLTK_PROSE = Corpus(
    license="brown: non-commercial use; movie_reviews: CC BY 4.0; abc, inaugural, state_union, webtext: unknown; "
    "see https://www.nltk.org/nltk_data/",
    citation="Bird, Klein & Loper (2009), Natural Language Processing with Python; brown: Francis & Kučera (1964), "
    "A Standard Corpus of Present-Day Edited American English; movie_reviews: Pang & Lee (2004), A sentimental "
    "education",
    files=remotes(ADDRESS, SHA256, ".zip"),
    read=read,
)
