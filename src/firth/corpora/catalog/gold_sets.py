"""Gold sets for word vectors: human judgments of similarity, and analogies."""

from dataclasses import dataclass

from firth.corpora.corpus import GITHUB
from firth.corpora.fetch import Remote

WORD_SIMILARITY = f"{GITHUB}/mfaruqui/eval-word-vectors/94b3dd9fdbac7ed08dbee7179cd5ee464acf0594/data/word-sim"
WORD2VEC = f"{GITHUB}/tmikolov/word2vec/20c129af10659f7c50e86e3be406df663beff438"


@dataclass(frozen=True)
class GoldData:
    """A published gold set."""

    license: str
    citation: str
    file: Remote


def _similarity(file: str, sha256: str, citation: str) -> GoldData:
    remote = Remote(f"{WORD_SIMILARITY}/{file}.txt", f"sha256:{sha256}")
    return GoldData(license="unknown; see address", citation=citation, file=remote)


GOLD_SETS = {
    "wordsim353": _similarity(
        "EN-WS-353-ALL",
        "ce12919b240af45bdf46d243601eaca2b6212b159b5e7e9b435ee7ee40c5619c",
        "Finkelstein et al. (2002), Placing search in context",
    ),
    "wordsim353-similarity": _similarity(
        "EN-WS-353-SIM",
        "f1da938998863c94e53f72f984a5c6e215f0b46c323aae8f0f4930703a339107",
        "Agirre et al. (2009), A study on similarity and relatedness using distributional approaches",
    ),
    "wordsim353-relatedness": _similarity(
        "EN-WS-353-REL",
        "66a7c88100624d0a391605ff61ce84e11d11ee620d51ec0298da49592838f8fa",
        "Agirre et al. (2009), A study on similarity and relatedness using distributional approaches",
    ),
    "men": _similarity(
        "EN-MEN-TR-3k",
        "888b13580faa362c7b11da0a670258cf1b1eb4bf0ecbcd418918729a3bd3f43a",
        "Bruni, Tran & Baroni (2014), Multimodal distributional semantics",
    ),
    "simlex999": _similarity(
        "EN-SIMLEX-999",
        "405394ffb7d25f6d0e3c041f87c9f27d29dc6b047506769953e85c4523b11685",
        "Hill, Reichart & Korhonen (2015), SimLex-999",
    ),
    "rg65": _similarity(
        "EN-RG-65",
        "c243f3a91c3f5d8cf67f21a67f6fb80bde8b6bb060851a6a48e6f2d68ec98c9f",
        "Rubenstein & Goodenough (1965), Contextual correlates of synonymy",
    ),
    "mturk771": _similarity(
        "EN-MTurk-771",
        "04dc297c9e86b6fa7cf8ef0e4ba2e2c8d3399ec68d92fb7a53c0b4aae27198b5",
        "Halawi, Dror, Gabrilovich & Koren (2012), Large-scale learning of word relatedness",
    ),
    "rw": _similarity(
        "EN-RW-STANFORD",
        "5108d54dfc746f44f9c3d7e31d2857c37cf71430bc1594175a61a3b89bb0ae1f",
        "Luong, Socher & Manning (2013), Better word representations with recursive neural networks",
    ),
    "google-analogies": GoldData(
        license="unknown; see address",
        citation="Mikolov, Chen, Corrado & Dean (2013), Efficient estimation of word representations in vector space",
        file=Remote(
            f"{WORD2VEC}/questions-words.txt",
            "sha256:8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36",
        ),
    ),
}
