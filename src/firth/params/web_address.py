"""Addresses of texts on the web."""

from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field

NO_ADDRESS = "is not an address; write https://HOST/PATH, or give a file by path"


def address_parts(address: str) -> SplitResult | None:
    """The parts of an address; None if it is not one that can be fetched."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:  # such as a bracket that is never closed
        return None
    is_valid = parts.scheme in ("http", "https") and (parts.hostname or "").strip(".") and port != 0
    return parts if is_valid and address.isprintable() else None


def _fetchable(address: str) -> str:
    if address_parts(address) is None:  # not repeated in the message, as it may hold a password
        raise ValueError(NO_ADDRESS)
    return address


WebAddress = Annotated[str, Field(max_length=4096), AfterValidator(_fetchable)]
