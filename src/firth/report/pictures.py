"""Pictures for README: figures of the built page as files that open by themselves, on a white ground."""

import re
from pathlib import Path

from firth.errors import FirthError
from firth.workspace import require, write_text

PICTURES = {  # file → the beginning of the figure's description
    "agreement.svg": "Agreement accuracy by attractors",
    "translation.svg": "BLEU by words in the source, test",
}
STYLE = (
    '<style>text{fill:#1c1c1a;font-family:"Liberation Sans",Arial,Helvetica,sans-serif}'
    ".role-axis-grid line{stroke:#d9d8d2}</style>"
    '<rect width="100%" height="100%" fill="#ffffff"/>'
)


def write_pictures(page: Path, folder: Path) -> None:
    """Take the figures out of ``reports/index.html`` and write them into a folder.

    Raises
    ------
    FirthError
        If the page is not there or lacks a figure.
    """
    drawings = re.findall(r"<svg .*?</svg>", require(page, "report").read_text(encoding="utf-8"), flags=re.DOTALL)
    for name, description in PICTURES.items():
        found = [drawing for drawing in drawings if f'aria-label="{description}' in drawing]
        if not found:
            raise FirthError(f"{page}: no figure `{description}`; build the page with `dvc repro report`")
        opening, rest = found[0].split(">", 1)
        write_text(folder / name, f'{opening} xmlns="http://www.w3.org/2000/svg">{STYLE}{rest}\n')
