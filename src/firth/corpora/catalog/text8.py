"""text8: the first 100 MB of English Wikipedia in 2006, letters and spaces alone."""

from firth.corpora.corpus import Corpus, Items, split_text
from firth.corpora.fetch import Remote, Remotes
from firth.corpora.formats import prose_lines
from firth.corpora.library import Library
from firth.params.corpora_params import NamedText
from firth.params.roles import Role


def read(files: Remotes, source: NamedText, role: Role, library: Library) -> Items:
    """The text, which is published as one line, in lines of 1,000 words."""
    local = library.fetched(files)["text8"]
    return split_text(lambda: prose_lines(local), "text8", role)


TEXT8 = Corpus(
    license="unknown (text of Wikipedia, 2006); see http://mattmahoney.net/dc/textdata.html",
    citation="Mahoney (2011), About the test data, http://mattmahoney.net/dc/textdata.html",
    files={
        "text8": Remote(
            "http://mattmahoney.net/dc/text8.zip",
            "sha256:a6640522afe85d1963ad56c05b0ede0a0c000dddc9671758a6cc09b7a38e5232",
        )
    },
    tokenized=True,
    read=read,
)
