"""The pages on a web server: built files, and the index for every address that is a page's."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from functions.pages.built import INDEX, File, built
from functions.pages.policy import headers
from functions.pages.session import Sessions
from functions.pages.ways import Ways

PLACES = ("runs", "waiting", "costs", "policies", "clouds", "signed-in")
"""The pages; below each are more."""


@dataclass
class Site:
    """The built pages."""

    ways: Ways
    sessions: Sessions
    files: dict[str, File] = field(default_factory=built)

    def routes(self) -> list[BaseRoute]:
        """To be put behind every other route."""
        places = [Route(f"/{place}{rest}", self.index) for place in PLACES for rest in ("", "/{rest:path}")]
        return [
            *self.sessions.routes(),
            Route("/", self.home),
            *places,
            Route("/assets/{rest:path}", self.file),
            Route("/favicon.svg", self.file),
        ]

    async def home(self, request: Request) -> Response:
        """Begins with the runs."""
        return RedirectResponse("/runs", 307, self._headers)

    async def index(self, request: Request) -> Response:
        """The one document; its script knows the page by the address."""
        told = headers(await self.ways.origins(), secure=request.url.scheme == "https")
        return self.files[INDEX].answer(request, told)

    async def file(self, request: Request) -> Response:
        """A built file by its own name."""
        found = self.files.get(request.url.path.removeprefix("/"))
        if found is None:
            return PlainTextResponse("There is no such file.", 404, self._headers)
        return found.answer(request, self._headers)

    @cached_property
    def _headers(self) -> dict[str, str]:
        return headers()
