"""Pieces of HTML, by the macros of ``templates/pieces.html.j2``, which escape every string that comes from data."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import markupsafe
from jinja2 import Environment, PackageLoader, StrictUndefined

from firth.report.readable import readable

Markup = markupsafe.Markup  # finished HTML; everything else is text
PAGE = "en"  # the language of the page
Content = Markup | str | int | float | None


def _shown(content: Content) -> str:
    """Numbers as people read them; HTML as it is, and text, which is escaped where it is put in."""
    return content if isinstance(content, Markup) else readable(content)


ENVIRONMENT = Environment(
    loader=PackageLoader("firth.report", "templates"),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
    autoescape=True,
)
ENVIRONMENT.filters["readable"] = _shown
MARKDOWN = ENVIRONMENT.overlay(autoescape=False)  # for documents
_PIECES: Any = ENVIRONMENT.get_template("pieces.html.j2").module


def rendered(template: str, **values: Any) -> Markup:
    """HTML or SVG of a template, which escapes the values."""
    return Markup(ENVIRONMENT.get_template(template).render(**values))


def markup(content: Content) -> Markup:
    """HTML of one piece of content: numbers as people read them, text escaped."""
    return Markup("{}").format(_shown(content))


def join(parts: Iterable[Content], separator: str = "") -> Markup:
    """Several pieces as one; the separator is text."""
    return Markup(separator).join(map(markup, parts))


def paragraph(*parts: Content, kind: str = "") -> Markup:
    """A paragraph; ``kind`` is its CSS class."""
    return cast(Markup, _PIECES.paragraph(parts, kind))


def code(text: str) -> Markup:
    """A word of the corpus or of the params, set apart from the sentence around it."""
    return cast(Markup, _PIECES.code(text))


def marked(text: str) -> Markup:
    """A word that a reader is to find in its sentence."""
    return cast(Markup, _PIECES.marked(text))


def small(content: Content) -> Markup:
    """What stands beside a value in smaller letters, such as its interval."""
    return cast(Markup, _PIECES.small(content))


def shaded(text: str, step: int) -> Markup:
    """Text on a ground of one of the steps 0 (bare) to 4."""
    return cast(Markup, _PIECES.shaded(text, step))


def in_language(text: Markup | str, language: str) -> Content:
    """Text marked with its language as in BCP 47, so that a screen reader pronounces it, if it is not the page's own.

    Parameters
    ----------
    language : empty if it is not known.
    """
    return text if language in ("", PAGE) else cast(Markup, _PIECES.in_language(text, language))


def section(anchor: str, title: str, parts: Sequence[Markup | None]) -> Markup | None:
    """A part of all results, folded, or None where there is nothing to show."""
    there = [part for part in parts if part]
    return cast(Markup, _PIECES.section(anchor, title, there)) if there else None


def heading(title: str) -> Markup:
    """A heading inside a section."""
    return cast(Markup, _PIECES.heading(title))


def titled(title: str, introduction: str, parts: list[Markup | None]) -> Markup | None:
    """A heading and what it is about, or None where no part has anything to show."""
    there = [part for part in parts if part]
    return join([heading(title), paragraph(introduction), *there]) if there else None


def figure(svg: str, caption: Content = None, kind: str = "") -> Markup:
    """A drawing with its caption; a ``wide`` one scrolls sideways on a narrow screen."""
    return cast(Markup, _PIECES.figure(Markup(svg), caption, kind))


def side_by_side(parts: Sequence[Markup | None]) -> Markup | None:
    """Figures beside each other where there is room."""
    there = [part for part in parts if part]
    return cast(Markup, _PIECES.side_by_side(there)) if there else None


def table(
    caption: str, header: Sequence[Content], rows: Sequence[Sequence[Content]], kind: str = "", names: int = 1
) -> Markup | None:
    """A table that scrolls sideways when it has to, or None without rows.

    One of the kind ``stack`` puts its cells under each other on a narrow screen, each with its column's title.

    Parameters
    ----------
    names : how many columns at the left name the row. A column that holds nothing but numbers is set flush right.
    """
    if not rows:
        return None
    numeric = [all(isinstance(row[column], int | float | None) for row in rows) for column in range(len(header))]
    return cast(Markup, _PIECES.table(caption, header, rows, kind, names, numeric))


def fold(summary: str, content: Markup) -> Markup:
    """Something long that opens at a click, and stands open in print."""
    return cast(Markup, _PIECES.fold(summary, content))


def named_values(values: Mapping[str, str]) -> Markup:
    """Names of params with their values, one after another."""
    return cast(Markup, _PIECES.named_values(list(values.items())))


def ranked(pairs: Sequence[tuple[str, str]]) -> Markup:
    """Words with their values, one after another."""
    return cast(Markup, _PIECES.ranked(pairs))


def listed_sentences(sentences: Sequence[str]) -> Markup:
    """Sentences of a text, below each other."""
    return cast(Markup, _PIECES.listed_sentences(sentences))
