"""The pictures of README are figures of the page, each a file of its own."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from firth.errors import FirthError
from firth.report.pictures import PICTURES, write_pictures


def test_the_named_figures_become_svg_files(tmp_path: Path) -> None:
    figures = [
        f'<svg role="img" aria-label="{label}: 1"><g><text>{name}</text></g></svg>' for name, label in PICTURES.items()
    ]
    page = tmp_path / "index.html"
    page.write_text(f"<p>{'</p><p>'.join([*figures, '<svg></svg>'])}</p>", encoding="utf-8")
    write_pictures(page, tmp_path / "pictures")
    for name in PICTURES:
        root = ElementTree.parse(tmp_path / "pictures" / name).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")] == [name]


def test_a_figure_that_the_page_lacks_is_named(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text("<p></p>", encoding="utf-8")
    with pytest.raises(FirthError, match="no figure `Agreement accuracy by attractors`"):
        write_pictures(page, tmp_path)
