"""The first screen: what the text of the run is, with a few of its sentences."""

from collections.abc import Mapping, Sequence

from firth.report.findings import Findings
from firth.report.markup import Content, Markup, join, listed_sentences, paragraph, table
from firth.report.names import ROLES
from firth.text.corpus_description import Language

GRAMMAR = (
    "a built-in world, a small English–French grammar of people, animals, food and places. The grammar draws each part "
    "of a sentence, then each word, with a known probability."
)
EXACT = "The probability of every sentence of the language models’ text is therefore known exactly"
LOWEST = "and with it the source perplexity of {source:.2f}: the lowest perplexity that any language model could reach."
UNKNOWN = "No language model’s lowest possible perplexity is known here."
NOTHING = "The texts of this run are not described: their corpus.json is not there."
NAMELESS = "a text without a name"


def introduction(findings: Findings) -> Markup:
    """What the text is, and its first sentences."""
    return join(filter(None, [paragraph(_sentence(findings)), _examples(findings)]))


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
    if not findings.corpora:
        return NOTHING
    of_world = [ROLES[role] for role, corpus in findings.corpora.items() if corpus["world"]]
    others = {role: corpus.get("name") or NAMELESS for role, corpus in findings.corpora.items() if not corpus["world"]}
    return " ".join(filter(None, [_world(of_world, bool(others)), _others(others, bool(of_world)), _lowest(findings)]))


def _world(roles: Sequence[str], is_mixed: bool) -> str:
    """What the text of the built-in world is, and what it is for if there is other text."""
    if not roles:
        return ""
    whose = f"The text for {_listed(roles)}" if is_mixed else "All text of this run"
    return f"{whose} comes from {GRAMMAR}"


def _others(names: Mapping[str, str], is_mixed: bool) -> str:
    """The names of other text; what each is for, where that is not all the same."""
    if not names:
        return ""
    different = list(dict.fromkeys(names.values()))
    if len(different) == 1 and not is_mixed:
        return f"The models of this run were trained on {different[0]}."
    parts = [f"{name} for {_listed([ROLES[role] for role in names if names[role] == name])}" for name in different]
    return f"{'Other texts are' if is_mixed else 'The texts of this run are'} {_listed(parts)}."


def _lowest(findings: Findings) -> str:
    """Whether the lowest possible perplexity is known; nothing without text for language models."""
    if "lm" not in findings.corpora:
        return ""
    source = findings.headline.get("lm_source_perplexity")
    if not findings.corpora["lm"]["world"]:
        return UNKNOWN
    return f"{EXACT}, {LOWEST.format(source=source)}" if source else f"{EXACT}."


def _listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _examples(findings: Findings) -> Markup | None:
    sentences = findings.sentences.get("lm", [])
    return listed_sentences(sentences) if sentences else None


def _language(language: Language) -> str:
    return language if isinstance(language, str) else f"{language['source']} → {language['target']}"
