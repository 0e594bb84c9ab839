"""Who gets an answer of the page, and what its responses forbid a browser."""

import pytest
from live.asking_pages import Page

from firth.live.guarding import SECURITY_HEADERS


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1", "127.0.0.1:1", "localhost.example.com:{port}", ""])
def test_another_host_is_refused(world_page: Page, host: str) -> None:
    response = world_page.get("/", {"Host": host.format(port=world_page.port)})
    assert response.status_code == 403
    assert list(response.json()) == ["error"]


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}"])
def test_the_page_s_own_names_are_answered(world_page: Page, host: str) -> None:
    assert world_page.get("/shell.json", {"Host": host.format(port=world_page.port)}).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/ask/next_word", {"Origin": "http://example.com"}, 403),
        ("/ask/next_word", {"Origin": "null"}, 403),
        ("/ask/next_word", {"Origin": "http://127.0.0.1:1"}, 403),
        ("/ask/next_word", {"Origin": "http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"}, 200),
        ("/ask/next_word", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("/ask/next_word", {"Sec-Fetch-Site": "same-site"}, 403),
        ("/ask/next_word", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
        ("/", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ("/", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
    ],
)
def test_other_sites_get_no_answer_but_may_link_to_the_page(
    world_page: Page, path: str, headers: dict[str, str], status: int
) -> None:
    filled = {name: value.format(port=world_page.port) for name, value in headers.items()}
    assert world_page.get(path, filled).status_code == status


@pytest.mark.parametrize("path", ["/", "/shell.json", "/shell.js", "/ask/next_word", "/ask/nothing", "/nothing"])
def test_every_response_has_the_security_headers_and_no_cookie(world_page: Page, path: str) -> None:
    headers = world_page.get(path).headers
    assert {name: headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert not headers.keys() & {"set-cookie", "access-control-allow-origin", "server"}


def test_the_content_security_policy_allows_the_page_s_own_files_alone() -> None:
    policy = dict(part.strip().split(" ", 1) for part in SECURITY_HEADERS["Content-Security-Policy"].split(";"))
    assert policy.pop("default-src") == "'none'"
    assert set(policy.values()) == {"'self'", "'none'"}
    assert [key for key, value in policy.items() if value == "'self'"] == [
        "script-src", "style-src", "connect-src", "img-src",
    ]  # fmt: skip
