"""A web application behind API Gateway is told what was asked, and its answer goes back whole."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from functions.aws.web import through
from functions.web import Web


async def told(request: Request) -> Response:
    """What of the request arrived."""
    body = (await request.body()).decode()
    about = {"method": request.method, "path": request.url.path, "query": request.url.query, "body": body}
    return JSONResponse({**about, "cookies": request.cookies, "host": request.headers["host"]})


async def cookies(request: Request) -> Response:
    """Two cookies and a way on."""
    response = RedirectResponse("/told", 303)
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


async def picture(request: Request) -> Response:
    """What is no text."""
    return Response(b"\x89PNG\xff", media_type="image/png")


@pytest.fixture
def web() -> Web:
    """A small application."""
    routes = [Route("/told", told, methods=["GET", "POST"]), Route("/cookies", cookies), Route("/picture", picture)]
    return Web(Starlette(routes=routes))


def event(path: str, **more: Any) -> dict[str, Any]:
    """As API Gateway sends it."""
    headers = {"Host": "api.example.com", "content-type": "text/plain"}
    return {"rawPath": path, "headers": headers, "requestContext": {"http": {"method": "GET"}}, **more}


async def test_a_request_arrives_with_method_path_query_body_and_cookies(web: Web) -> None:
    body = base64.b64encode(b"some words").decode()
    asked = event("/told", rawQueryString="a=1&b=%20", cookies=["x=1", "y=2"], body=body, isBase64Encoded=True)
    answer = await through(web.ask, {**asked, "requestContext": {"http": {"method": "POST"}}})
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, False)
    assert json.loads(answer["body"]) == {
        "method": "POST", "path": "/told", "query": "a=1&b=%20", "body": "some words",
        "cookies": {"x": "1", "y": "2"}, "host": "api.example.com",
    }  # fmt: skip


async def test_a_redirect_and_every_cookie_go_back_to_the_browser(web: Web) -> None:
    answer = await through(web.ask, event("/cookies"))
    assert (answer["statusCode"], answer["headers"]["location"]) == (303, "/told")
    assert [cookie.partition(";")[0] for cookie in answer["cookies"]] == ["a=1", "b=2"]


async def test_what_is_no_text_goes_back_in_base64(web: Web) -> None:
    answer = await through(web.ask, event("/picture"))
    assert (answer["isBase64Encoded"], base64.b64decode(answer["body"])) == (True, b"\x89PNG\xff")


@pytest.mark.parametrize("broken", [{}, {"rawPath": "/nowhere"}, {"requestContext": None, "headers": None}])
async def test_whatever_event_comes_is_answered(web: Web, broken: dict[str, Any]) -> None:
    assert (await through(web.ask, broken))["statusCode"] == 404
