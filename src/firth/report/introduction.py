"""The first screen: what the text of the run is, with a few of its sentences."""

from firth.report.findings import Findings
from firth.report.markup import Content, Markup, join, listed_sentences, paragraph, table
from firth.report.names import ROLES
from firth.text.corpus_description import Language

WORLD = (
    "All text of this run comes from a built-in world, a small English–French grammar of people, animals, food and "
    "places. The grammar draws each part of a sentence, then each word, with a known probability. The probability of "
    "every sentence is therefore known exactly, and with it the source perplexity{perplexity}: the lowest perplexity "
    "that any language model could reach."
)
OTHER = "The models of this run were trained on {names}. No language model’s lowest possible perplexity is known here."


def introduction(findings: Findings) -> Markup:
    """What the text is, and its first sentences."""
    return join([paragraph(_sentence(findings)), _examples(findings)])


def corpora_table(findings: Findings) -> Markup | None:
    """The text of each role, with its licence and source."""
    rows: list[list[Content]] = [
        [
            ROLES[role],
            corpus.get("name"),
            _language(corpus["language"]),
            corpus.get("license"),
            corpus.get("citation"),
        ]
        for role, corpus in findings.corpora.items()
    ]
    return table("Texts", ["for", "corpus", "language", "license", "source"], rows, "texts stack")


def _sentence(findings: Findings) -> str:
    source = findings.headline.get("lm_source_perplexity")
    if findings.corpora and all(corpus.get("world") for corpus in findings.corpora.values()):
        return WORLD.format(perplexity=f" of {source:.2f}" if source else "")
    return OTHER.format(names=_listed(sorted({str(corpus.get("name")) for corpus in findings.corpora.values()})))


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _examples(findings: Findings) -> Markup | None:
    sentences = findings.sentences.get("lm", [])
    return listed_sentences(sentences) if sentences else None


def _language(language: Language) -> str:
    return language if isinstance(language, str) else f"{language['source']} → {language['target']}"
