"""Addresses of texts: what can be fetched is told from what can't before anything is fetched."""

import pytest
from pydantic import TypeAdapter, ValidationError

from firth.params.web_address import WebAddress, address_parts


@pytest.mark.parametrize(
    "address",
    ["https://example.org/a.txt?x=1", "http://me:secret@127.0.0.1:8000", "HTTPS://[::1]/a", "http://exämple.org"],
)
def test_addresses_of_the_web_are_accepted(address: str) -> None:
    assert address_parts(address) is not None
    assert TypeAdapter(WebAddress).validate_python(address) == address


@pytest.mark.parametrize(
    "address",
    ["", "a.txt", "ftp://h/x", "file:///etc/passwd", "https://", "http://../x", "http://[::1", "http://h:port", "http://h:0",
     "http://h:65536", "http://h\n/", "http://\u2028h", "http://" + "h" * 5000],
)  # fmt: skip
def test_other_texts_are_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(WebAddress).validate_python(address)
    (fault,) = caught.value.errors()
    assert "is not an address" in fault["msg"] or fault["type"] == "string_too_long"
