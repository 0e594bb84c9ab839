"""Pieces of HTML; every string that comes from data is escaped here, once."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from firth.report.readable import readable


@dataclass(frozen=True)
class Markup:
    """HTML that is finished; any other value is text and gets escaped."""

    code: str


Content = Markup | str | int | float | None


def markup(content: Content) -> str:
    """HTML of one piece of content: numbers as people read them, text escaped."""
    if isinstance(content, Markup):
        return content.code
    return html.escape(readable(content))


def join(parts: Iterable[Content], separator: str = "") -> Markup:
    """Several pieces as one; ``separator`` is HTML."""
    return Markup(separator.join(markup(part) for part in parts))


def paragraph(*parts: Content, kind: str = "") -> Markup:
    """A paragraph; ``kind`` is its CSS class."""
    return Markup(f"<p{_class(kind)}>{join(parts).code}</p>\n")


def code(text: str) -> Markup:
    """A word of the corpus or of the params, set apart from the sentence around it."""
    return Markup(f"<code>{html.escape(text)}</code>")


def section(anchor: str, title: str, parts: Sequence[Markup | None]) -> Markup | None:
    """A section with a heading, or None where no part has anything to show."""
    there = [part for part in parts if part]
    if not there:
        return None
    heading = f'<h2 id="{anchor}-title">{html.escape(title)}</h2>'
    return Markup(
        f'<section id="{anchor}" aria-labelledby="{anchor}-title">\n{heading}\n{join(there).code}</section>\n'
    )


def heading(title: str) -> Markup:
    """A heading inside a section."""
    return Markup(f"<h3>{html.escape(title)}</h3>\n")


def titled(title: str, introduction: str, parts: list[Markup | None]) -> Markup | None:
    """A heading and what it is about, or None where no part has anything to show."""
    there = [part for part in parts if part]
    return join([heading(title), paragraph(introduction), *there]) if there else None


def figure(svg: str, caption: Content, kind: str = "") -> Markup:
    """A drawing with its caption; a ``wide`` one scrolls sideways on a narrow screen."""
    return Markup(
        f'<figure{_class(kind)}>\n<div class="drawing" tabindex="0">{svg}</div>\n'
        f"<figcaption>{markup(caption)}</figcaption>\n</figure>\n"
    )


def side_by_side(parts: Sequence[Markup | None]) -> Markup | None:
    """Figures beside each other where there is room."""
    there = [part for part in parts if part]
    return Markup(f'<div class="pair">\n{join(there).code}</div>\n') if there else None


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
    head = "".join(
        f'<th scope="col"{_class("number" if numeric[column] else "")}>{markup(title)}</th>'
        for column, title in enumerate(header)
    )
    labels = [markup(title) for title in header] if "stack" in kind.split() else None
    body = "".join(f"<tr>{_cells(row, numeric, names, labels)}</tr>\n" for row in rows)
    return Markup(
        f'<div class="table" tabindex="0">\n<table{_class(kind)}>\n<caption>{html.escape(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n</div>\n"
    )


def fold(summary: str, content: Markup) -> Markup:
    """Something long that opens at a click, and stays closed in print."""
    return Markup(f"<details>\n<summary>{html.escape(summary)}</summary>\n{content.code}</details>\n")


def _cells(row: Sequence[Content], numeric: Sequence[bool], names: int, labels: Sequence[str] | None) -> str:
    cells = []
    for column, content in enumerate(row):
        kind = _class("number" if numeric[column] else "")
        tag, scope = ("th", ' scope="row"') if column < names else ("td", "")
        label = f' data-label="{labels[column]}"' if labels and column >= names else ""
        cells.append(f"<{tag}{scope}{kind}{label}>{markup(content)}</{tag}>")
    return "".join(cells)


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
