"""Documents of results, such as docs/results.md, from a list of tables and the metrics of named commits.

The list (docs/results.yaml) says for every cell in which commit, file and metric its number stands and to how many
decimals it is rounded; numbers in the text between tables are looked up in the same way. Published figures, which
come with their source, are the only numbers typed by hand.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from io import StringIO
from pathlib import Path
from textwrap import fill
from typing import Any

import pandas as pd
import yaml

from firth.errors import FirthError
from firth.git import git_if_possible
from firth.report.markup import MARKDOWN
from firth.tables import flatten
from firth.workspace import write_text

WORKSPACE = "workspace"  # in place of a commit: the files of the working tree
ABSENT = "–"
SMALLEST = Decimal("1e-3")  # smaller numbers are written with a power of ten
WIDTH = 120  # of a line of text
OVERRIDABLE = ("commit", "file", "column", "decimals", "significant", "factor")
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

Read = Callable[[str, str], str]  # commit, file → the file's text


@dataclass(frozen=True)
class CellAddress:
    """Where a number stands, and how it is shown.

    Attributes
    ----------
    metric : in a JSON file, keys joined by dots.
    column, where : in a CSV file, the column, and the values of other columns that single out one row.
    decimals, significant : decimals after the point or, instead, significant digits.
    factor : the number is multiplied by it.
    """

    commit: str
    file: str
    metric: str = ""
    column: str = ""
    where: Mapping[str, Any] | None = None
    decimals: int | None = None
    significant: int | None = None
    factor: float = 1

    def __str__(self) -> str:
        key = self.metric or f"{self.column} where {dict(self.where or {})}"
        return f"{self.file} of {self.commit}: {key}"


def results_document(content: Mapping[str, Any], read: Read, source: str) -> str:
    """The document as Markdown.

    Parameters
    ----------
    content : of the list: ``title``, ``text`` and ``sections``, each with a ``heading``, ``text`` and ``tables``. A
        table has a ``head`` (of its first column), ``columns``, ``rows`` and an optional ``note``. The fields of a
        cell's ``CellAddress`` are those of its table, its row and its column: the parts of ``metric`` are joined, the
        parts of ``where`` are united, and any other field of a column overrides the row's, which overrides the
        table's. A row of published figures has ``values`` and a ``source`` instead. Texts are Jinja2 templates, in
        which ``number(…)``, with the fields of ``CellAddress``, is a number.
    read : gives the text of a file at a commit.
    source : name of the list, for the document's first line.

    Raises
    ------
    FirthError
        If a metric isn't there.
    """
    cached = cache(read)

    def number(**keys: Any) -> str:
        return shown(CellAddress(**{"commit": WORKSPACE, **keys}), cached)

    def text(template: str | None) -> str:
        return _filled(MARKDOWN.from_string(template or "").render(number=number).strip())

    sections = [
        {
            "heading": section["heading"],
            "text": text(section.get("text")),
            "tables": [
                {"lines": _lines(table, cached), "note": text(table.get("note")), "sources": _sources(table)}
                for table in section.get("tables", [])
            ],
        }
        for section in content["sections"]
    ]
    template = MARKDOWN.get_template("results_document.md.j2")
    return template.render(title=content["title"], text=text(content["text"]), sections=sections, source=source)


def write_documents(root: Path) -> None:
    """Write docs/NAME.md from each docs/NAME.yaml of a repository."""
    for path in sorted((root / "docs").glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        text = results_document(content, reader(root), path.relative_to(root).as_posix())
        write_text(path.with_suffix(".md"), text)


def shown(address: CellAddress, read: Read) -> str:
    """A number as it stands in the document; a dash where the metric is null.

    Raises
    ------
    FirthError
        If the file has no such metric, or more than one.
    """
    value = _from_csv(address, read) if address.column else _from_json(address, read)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ABSENT
    number = Decimal(str(value)) * Decimal(str(address.factor))
    if address.significant is not None:
        return _significant(number, address.significant)
    return f"{_rounded(number, address.decimals or 0):,f}"


def reader(root: Path) -> Read:
    """Reads files of the working tree or of the history of the repository in ``root``."""

    def read(commit: str, file: str) -> str:
        if commit == WORKSPACE:
            path = root / file
            if not path.exists():
                raise FirthError(f"{path}: not found; `make repro` builds it")
            return path.read_text(encoding="utf-8")
        content = git_if_possible(root, "show", f"{commit}:{file}")
        if content is None:
            raise FirthError(
                f"{file} of commit {commit}: not in this clone; `git fetch --unshallow` fetches the whole history"
            )
        return content

    return read


def _lines(table: Mapping[str, Any], read: Read) -> list[str]:
    """A table as lines of Markdown."""
    columns = table["columns"]
    rows = [[table["head"], *(column["name"] for column in columns)], ["---"] * (len(columns) + 1)]
    for row in table["rows"]:
        if "values" in row:
            cells = [ABSENT if value is None else str(value) for value in row["values"]]
            if len(cells) != len(columns):
                raise FirthError(f"{row['name']}: {len(cells)} values for {len(columns)} columns; give one for each")
        else:
            cells = [shown(_address(table, row, column), read) for column in columns]
        rows.append([row["name"], *cells])
    return [f"| {' | '.join(row)} |" for row in rows]


def _address(*parts: Mapping[str, Any]) -> CellAddress:
    """The address of a cell, from the keys of its table, its row and its column."""
    found: dict[str, Any] = {}
    for part in parts:
        found |= {key: part[key] for key in OVERRIDABLE if key in part}
    metric = "".join(part.get("metric", "") for part in parts)
    where: dict[str, Any] = {}
    for part in parts:
        where |= part.get("where", {})
    return CellAddress(**found, metric=metric, where=where)


def _sources(table: Mapping[str, Any]) -> str:
    """The commits and papers that the numbers of a table come from, each once."""
    parts = [part for part in (table, *table["rows"], *table["columns"]) if "commit" in part]
    commits = list(dict.fromkeys(part["commit"] for part in parts))
    named = ["this commit" if commit == WORKSPACE else f"commit `{commit}`" for commit in commits]
    papers = (row["source"] for row in table["rows"] if "source" in row)
    return _filled(f"Numbers: {'; '.join(dict.fromkeys([*named, *papers]))}.")


def _from_json(address: CellAddress, read: Read) -> Any:
    text = read(address.commit, address.file)
    flat = flatten(json.loads(text))
    if address.metric not in flat:
        raise FirthError(f"{address}: no such metric")
    return flat[address.metric]


def _from_csv(address: CellAddress, read: Read) -> Any:
    table = pd.read_csv(StringIO(read(address.commit, address.file)))
    for name in [*(address.where or {}), address.column]:
        if name not in table:
            raise FirthError(f"{address}: no column {name}")
    for name, value in (address.where or {}).items():
        table = table[table[name].astype(str) == str(value)]
    if len(table) != 1:
        raise FirthError(f"{address}: {len(table)} rows; name one")
    return table[address.column].iloc[0]


def _significant(number: Decimal, digits: int) -> str:
    """0.22, 0.0014, 5.7·10⁻⁶."""
    if number == 0:
        return "0"
    if abs(number) >= SMALLEST:
        return f"{_rounded(number, max(0, digits - 1 - number.adjusted())):f}"
    exponent = number.adjusted()
    mantissa = _rounded(number.scaleb(-exponent), digits - 1)
    return f"{mantissa:f}·10{str(exponent).translate(SUPERSCRIPTS)}"


def _rounded(number: Decimal, decimals: int) -> Decimal:
    """Halves are rounded up, as people do: 0.9235 to 0.924."""
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _filled(text: str) -> str:
    """Paragraphs with lines of even length; lists and blocks of code as they are."""
    parts = re.split(r"\n\n+(?![ ])", text)
    plain = (part.startswith(("```", "- ", "|")) for part in parts)
    return "\n\n".join(
        part if keep else fill(part, WIDTH, break_long_words=False, break_on_hyphens=False)
        for part, keep in zip(parts, plain, strict=True)
    )
