"""A cloud on this machine is asked how it is, and says which of its circuit breakers are not closed."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.types import ASGIApp

from functions.api.house_shapes import Circuit
from functions.binding import breakers
from functions.http import HttpPost
from functions.serve.__main__ import cloud_app
from functions.serve.api import probing
from functions.serve.settings import Settings
from mcp_handlers.kernel.breaker import THRESHOLD
from mcp_handlers.kernel.clock import SystemClock
from tests.fakes.listening import listening
from workflow.control.signing import local_signer
from workflow.model.errors import RegionDown


async def test_a_circuit_that_opened_is_seen_from_the_control_plane(tmp_path: Path) -> None:
    post = HttpPost()

    def made(port: int) -> ASGIApp:
        told = Settings(tmp_path, port - Settings(tmp_path, 0).cloud_port("gcp"))
        local_signer(told.keys, SystemClock())
        return cloud_app(told, "gcp", post)

    async with listening(made) as url:
        before = await probing(Settings(tmp_path, 0, urls={"gcp": url}))("gcp")
        for _ in range(THRESHOLD):
            breakers("gcp")["launch_spot"].settle("europe-west1", RegionDown("x"), SystemClock().now())
        after = await probing(Settings(tmp_path, 0, urls={"gcp": url}))("gcp")
    await post.close()
    assert (before.circuits, after.circuits is not None) == ((), True)
    ((seconds, circuit),) = [(each.seconds, each.model_copy(update={"seconds": 0.0})) for each in after.circuits or ()]
    assert circuit == Circuit(tool="launch_spot", region="europe-west1", phase="open", failures=THRESHOLD, seconds=0.0)
    assert 0 < seconds <= 30


async def test_functions_elsewhere_that_do_not_say_are_up_all_the_same() -> None:
    async with listening(lambda _: Starlette()) as url:
        said = await probing(Settings(Path(), 0, urls={"gcp": url}))("gcp")
    assert said.circuits is None
