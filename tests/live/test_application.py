"""The page over HTTP: its files, its answers, its errors."""

import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from live.asking_pages import Page

from firth.live.application import page_files, shell
from firth.live.screens import SCREENS, next_word
from firth.report.names import LANGUAGE_MODELS


def test_every_screen_has_its_files_and_one_name() -> None:
    names = [screen.name for screen in SCREENS]
    scripts = {path for path in page_files() if path.startswith("/screens/")}
    assert scripts == {f"/screens/{name}.js" for name in names}
    assert len(set(names)) == len(names)
    assert all(screen.answer.__module__ == f"firth.live.screens.{screen.name}" for screen in SCREENS)


def test_files_are_served_with_their_types(world_page: Page) -> None:
    types = {path: world_page.get(path).headers["content-type"].partition(";")[0] for path in page_files()}
    assert types["/"] == "text/html"
    assert types["/shell.js"] == types["/screens/next_word.js"] == "text/javascript"
    assert types["/live.css"] == "text/css"


def test_the_page_s_files_name_no_address_outside() -> None:
    for path, response in page_files().items():
        text = bytes(response.body).decode()
        assert re.findall(r"(?:https?:)?//\w[\w.-]+", text.replace("http://www.w3.org/2000/svg", "")) == [], path
        assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|\beval\b", text), path


def test_names_and_colors_of_models_are_those_of_the_report(world_page: Page) -> None:
    found = world_page.get("/shell.json").json()
    assert found == shell()
    assert found["models"]["lstm"] == {"name": LANGUAGE_MODELS["lstm"].name, "color": LANGUAGE_MODELS["lstm"].color}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "<script>alert(1)</script> & \"'",
        "Les chiens, été",
        "狗叫",
        "الكلاب تنبح",
        "a\u0301\u202e😀",
        "%",
        "\x00x",
    ],
)
def test_any_text_has_an_answer(world_page: Page, text: str) -> None:
    for screen, key in (("next_word", "text"), ("subject_and_verb", "between")):
        response = world_page.get(f"/ask/{screen}", texts={key: text})
        assert response.status_code == 200
        assert "unknown" in response.json()


@pytest.mark.parametrize("count", [501, 50_000])
def test_a_text_beyond_the_limit_is_one_line(world_page: Page, count: int) -> None:
    response = world_page.get("/ask/next_word", texts={"text": "a" * count})
    assert (response.status_code, response.headers["content-type"]) == (400, "application/json")
    error = f"the beginning of the sentence has {count:,} characters; give 500 at most"
    assert response.json() == {"error": error}


def test_what_is_not_there_is_one_line(world_page: Page) -> None:
    for path in ("/ask/nothing", "/nothing", "/screens", "/screens/"):
        response = world_page.get(path)
        assert response.status_code == 404
        assert list(response.json()) == ["error"]


@pytest.mark.parametrize("up", ["..", "%2e%2e", "..%2f..", "screens/../..", "//..", "..\\.."])
def test_no_path_leads_out_of_the_page(world_page: Page, up: str) -> None:
    for file in ("guarding.py", "../guarding.py", "etc/passwd"):
        status, body = raw_response(world_page, f"/{up}/{file}")
        assert status == 404
        assert list(json.loads(body)) == ["error"]


def raw_response(page: Page, path: str) -> tuple[int, bytes]:
    """The status and the body of a request for a path as it is: clients take ``..`` out of it."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as connection:
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{page.port}", "Connection: close", "", ""]
        connection.sendall("\r\n".join(lines).encode())
        head, _, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body


def test_fifty_questions_at_once_have_the_answers_of_one_at_a_time(world_page: Page) -> None:
    texts = [f"the {word}" for word in ("dogs", "dog", "child", "table", "balls")]
    alone = [world_page.ask("next_word", text=text) for text in texts]
    with ThreadPoolExecutor(50) as pool:
        together = list(pool.map(lambda text: world_page.ask("next_word", text=text), texts * 10))
    assert together == alone * 10


def test_a_fault_of_a_screen_is_one_line_and_the_page_lives_on(
    world_page: Page, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*arguments: object) -> str:
        raise ZeroDivisionError("no text")

    monkeypatch.setattr(next_word, "asked_text", fail)
    response = world_page.get("/ask/next_word")
    monkeypatch.undo()
    assert response.status_code == 500
    assert response.json() == {"error": "a fault of the program (ZeroDivisionError); the terminal shows it"}
    assert "ZeroDivisionError: no text" in capsys.readouterr().err
    assert world_page.get("/ask/next_word").status_code == 200
