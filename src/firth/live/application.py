"""The page as a web application: its files, the names of models, and the answer of every screen as JSON.

Addresses: ``/`` and the files beside it; ``/shell.json``; ``/ask/SCREEN?KEY=TEXT…``. A question that has no answer is
``{"error": "…"}``, one line, with status 400.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from firth.errors import FirthError
from firth.live.guarding import Guard
from firth.live.opened_models import OpenedModels
from firth.live.screens import SCREENS
from firth.live.unanswered import reason
from firth.report.names import ATTENTIONS, CELL_STATE, GRAMMAR, LANGUAGE_MODELS, REPRESENTATIONS

TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def application(models: OpenedModels, port: int) -> Starlette:
    """The application that asks these models and listens on ``port``."""
    screens = {screen.name: screen for screen in SCREENS}

    def ask(request: Request) -> Response:  # no coroutine, so that each request has a thread of its own
        name = request.path_params["screen"]
        if name not in screens:
            raise HTTPException(404, "the page has no such screen; open it anew")
        try:
            return JSONResponse(screens[name].answer(models, request.query_params))
        except Exception as error:
            return JSONResponse({"error": reason(error)}, 400 if isinstance(error, FirthError) else 500)

    routes = [Route("/ask/{screen}", ask), Route("/shell.json", _constant(JSONResponse(shell())))]
    routes += [Route(path, _constant(response)) for path, response in page_files().items()]
    handlers: dict[Any, Any] = {HTTPException: _http_failure}
    return Starlette(routes=routes, middleware=[Middleware(Guard, port=port)], exception_handlers=handlers)


def shell() -> dict[str, Any]:
    """What the page knows before any question: its screens, and the names and colors of models."""
    return {
        "screens": [{"name": screen.name, "title": screen.title, "look": screen.look} for screen in SCREENS],
        "models": {key: shown._asdict() for key, shown in LANGUAGE_MODELS.items()},
        "grammar": GRAMMAR._asdict(),
        "attentions": {key: shown._asdict() for key, shown in ATTENTIONS.items()},
        "cell_state": CELL_STATE._asdict(),
        "representations": REPRESENTATIONS,
    }


def page_files() -> dict[str, Response]:
    """Every file of the page by its path in the address; ``/`` is ``index.html``."""
    folder = files("firth.live") / "page"
    return {"/" if path == "/index.html" else path: _file(file) for path, file in _below(folder, "/")}


def _below(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        found += _below(entry, f"{prefix}{entry.name}/") if entry.is_dir() else [(f"{prefix}{entry.name}", entry)]
    return found


def _file(file: Traversable) -> Response:
    return Response(file.read_bytes(), media_type=TYPES[f".{file.name.rpartition('.')[2]}"])


def _constant(response: Response) -> Any:
    """An endpoint that always gives the same response."""

    async def endpoint(request: Request) -> Response:
        return response

    return endpoint


async def _http_failure(request: Request, error: Exception) -> Response:
    """The response to an address that the page doesn't have, or a method that the address doesn't take."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)
