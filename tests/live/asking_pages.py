"""Questions to a page that is served."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests


@dataclass(frozen=True)
class Page:
    """A page at a port of this machine."""

    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(
        self, path: str, headers: Mapping[str, str] | None = None, texts: Mapping[str, str] | None = None
    ) -> requests.Response:
        """The response to a request with these texts."""
        return requests.get(f"{self.address}{path}", texts, headers=headers, timeout=30)

    def ask(self, screen: str, **texts: str) -> dict[str, Any]:
        """The answer of a screen."""
        found: dict[str, Any] = self.get(f"/ask/{screen}", texts=texts).json()
        return found
