"""The pages' web server: what is kept and for how long, what a browser is told to refuse, and that nothing is stale."""

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from functions.pages.built import DIST, built
from functions.pages.session import Sessions
from functions.pages.site import Site
from functions.pages.ways import Ways
from tests.fakes.clock import FixedClock
from workflow.model.errors import Unauthorized

APP = DIST.parent / "app"
ROOTS = ("src", "public", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
MAKES_NOTHING = re.compile(r"\.(test\.tsx?|d\.ts)$")
MOST_LINES = 150


class Nobody:
    """The Identity port that knows nobody."""

    async def authenticate(self, headers: object, *, writes: bool) -> None:
        raise Unauthorized("Nobody.")


def client() -> httpx.AsyncClient:
    """A browser at the site."""
    clock = FixedClock(datetime(2026, 11, 29, tzinfo=UTC))
    ways = Ways((), clock, local=True)
    site = Site(ways, Sessions(Nobody(), ways, clock))
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=site.routes())), base_url="http://t")


def sources() -> list[Path]:
    """What the built files are made from."""
    found = [APP / name for name in ROOTS]
    files = [path for root in found for path in ([root] if root.is_file() else root.rglob("*")) if path.is_file()]
    return [path for path in files if not MAKES_NOTHING.search(path.name)]


def test_what_ships_is_built_from_these_sources() -> None:
    named = {path.relative_to(APP).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sources()}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(named.items()))
    recorded = (DIST / "sources.sha256").read_text().strip()
    assert recorded == hashlib.sha256(lines.encode()).hexdigest(), "run `make pages`"


def test_every_component_is_small_and_says_what_it_is() -> None:
    scripts = [path for path in APP.glob("src/**/*.ts*") if not path.name.endswith(".d.ts")]
    assert scripts
    for path in scripts:
        lines = path.read_text().splitlines()
        assert len(lines) <= MOST_LINES, path
        assert lines[0].startswith("// "), path


def test_the_lock_names_no_registry_and_everything_has_a_digest() -> None:
    lock = json.loads((APP / "package-lock.json").read_text())
    packages = {name: told for name, told in lock["packages"].items() if name}
    assert [name for name, told in packages.items() if "resolved" in told or "integrity" not in told] == []


@pytest.mark.parametrize("path", ["/runs", "/runs/r-1", "/waiting/a-1", "/costs", "/policies", "/clouds", "/signed-in"])
async def test_every_pages_address_is_answered_with_the_one_document(path: str) -> None:
    async with client() as http:
        answer = await http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.content == (DIST / "index.html").read_bytes()
    assert answer.headers["cache-control"] == "no-cache"


async def test_what_is_no_page_and_no_file_is_not_found() -> None:
    async with client() as http:
        assert (await http.get("/nothing")).status_code == 404
        assert (await http.get("/assets/nothing.js")).status_code == 404
        assert (await http.get("/assets/..%2f..%2fsite.py")).status_code == 404
        assert (await http.get("/")).headers["location"] == "/runs"


async def test_a_file_with_its_digest_in_its_name_is_kept_for_ever_and_the_document_is_asked_about() -> None:
    async with client() as http:
        for name in sorted(path.name for path in (DIST / "assets").iterdir()):
            answer = await http.get(f"/assets/{name}")
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answer.content == (DIST / "assets" / name).read_bytes()
        first = await http.get("/runs")
        again = await http.get("/runs", headers={"if-none-match": f'"other", {first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
        plain = await http.get("/runs", headers={"accept-encoding": "identity"})
        assert ("content-encoding" in plain.headers, first.headers["content-encoding"]) == (False, "gzip")


async def test_a_browser_is_told_to_run_nothing_but_what_this_origin_sends() -> None:
    async with client() as http:
        for path in ("/runs", "/favicon.svg", "/assets/nothing.js", "/"):
            headers = (await http.get(path)).headers
            policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
            assert policy == {
                "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'",
                "connect-src": "'self'", "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'",
                "require-trusted-types-for": "'script'", "trusted-types": "'none'",
            }  # fmt: skip
            assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
            assert "strict-transport-security" not in headers


def test_the_document_has_nothing_inline_and_nothing_from_elsewhere() -> None:
    document = (DIST / "index.html").read_text()
    assert re.findall(r"<script[^>]*>([^<]+)</script>", document) == []
    assert not re.search(r"<style|\sstyle=|\son\w+=|//[a-z]", document)


def test_pages_that_were_not_built_are_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make pages"):
        built(tmp_path)
