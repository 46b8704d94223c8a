"""The supervisor, with small processes of the test's own."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from infra.local import process, services, supervisor
from infra.local.services import Service, clean_environment
from infra.local.supervisor import NotUp, down, status, up

SERVE = """import http.server, sys
http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind='127.0.0.1')"""
"""Serves its folder on the port that is its first argument."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home without the real local cloud; everything that was started in it is ended."""
    monkeypatch.setattr(supervisor, "local_services", lambda _home: [])
    yield tmp_path
    down(tmp_path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def server(name: str = "web", port: int | None = None, code: str = SERVE) -> Service:
    port = port or free_port()
    command = (sys.executable, "-c", code, str(port))
    return Service(name, command, port, f"http://127.0.0.1:{port}/", clean_environment())


def test_up_answers_when_everything_does_and_down_leaves_nothing(home: Path) -> None:
    services = [server("one"), server("two")]
    ups = up(home, services)
    assert [(each.name, each.state) for each in ups] == [("one", "running"), ("two", "running")]
    assert [httpx.get(service.ready_url).status_code for service in services] == [200, 200]
    assert status(home, services) == ups

    downs = down(home, services)
    assert [(each.name, each.state, each.pid) for each in downs] == [("one", "stopped", None), ("two", "stopped", None)]
    assert not any(process.birth(each.pid or 0) for each in ups)


def test_what_runs_is_left_alone(home: Path) -> None:
    service = server()
    assert up(home, [service]) == up(home, [service])


def test_two_ups_at_once_start_one_process(home: Path) -> None:
    service = server()
    with ThreadPoolExecutor(4) as pool:
        ups = list(pool.map(lambda _: up(home, [service]), range(4)))
    assert ups == [ups[0]] * 4


def test_a_service_runs_in_a_session_of_its_own_with_no_more_than_its_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a user's own")
    (running,) = up(home, [server()])
    assert running.pid is not None
    assert os.getsid(running.pid) == running.pid != os.getsid(0)
    assert b"AWS_SECRET_ACCESS_KEY" not in Path(f"/proc/{running.pid}/environ").read_bytes()


def test_a_service_that_died_is_stopped_and_comes_up_again(home: Path) -> None:
    service = server()
    (first,) = up(home, [service])
    assert first.pid is not None
    os.killpg(first.pid, signal.SIGKILL)
    wait_until_dead(first.pid)
    assert status(home, [service])[0].state == "stopped"
    (second,) = up(home, [service])
    assert second.pid not in (None, first.pid)


def test_a_service_whose_command_changed_is_started_anew(home: Path) -> None:
    port = free_port()
    (first,) = up(home, [server(port=port)])
    (second,) = up(home, [server(port=port, code=SERVE + " # changed")])
    assert first.pid != second.pid
    assert not process.birth(first.pid or 0)


def test_a_pid_that_now_is_somebody_elses_is_never_signalled(home: Path) -> None:
    bystander = process.start(server().command, clean_environment(), home, home / "bystander.log")
    try:
        (home / "local").mkdir(exist_ok=True)
        stale = {"pid": bystander.pid, "started": "another boot/1", "command": list(bystander.command)}
        (home / "local" / "web.json").write_text(json.dumps(stale))
        assert status(home, [server()])[0].state == "stopped"
        down(home)
        assert bystander.alive
        assert not (home / "local" / "web.json").exists()
    finally:
        bystander.end()
    assert not bystander.alive


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "null"])
def test_a_broken_state_file_is_as_good_as_none(home: Path, text: str) -> None:
    (home / "local").mkdir(exist_ok=True)
    (home / "local" / "web.json").write_text(text)
    service = server()
    assert status(home, [service])[0].state == "stopped"
    assert up(home, [service])[0].state == "running"


def test_a_service_that_ends_at_once_is_told_with_the_end_of_its_log(home: Path) -> None:
    good, bad = server("good"), server("bad", code="print('line one'); raise SystemExit('the disk is full')")
    with pytest.raises(NotUp) as caught:
        up(home, [good, bad])
    assert "bad ended while it was starting" in caught.value.message
    assert str(home / "local" / "bad.log") in caught.value.message
    assert caught.value.message.endswith("the disk is full")
    assert [each.state for each in status(home, [good, bad])] == ["stopped", "stopped"]


def test_a_failed_up_leaves_alone_what_ran_before(home: Path) -> None:
    good = server("good")
    before = up(home, [good])
    with pytest.raises(NotUp):
        up(home, [good, server("bad", code="raise SystemExit(1)")])
    assert status(home, [good]) == before


def test_a_service_that_never_answers_is_given_up_and_ended(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE", 0.3)
    deaf = server("deaf", code="import time; time.sleep(600)")
    with pytest.raises(NotUp, match=r"deaf was not ready after 0\.3 seconds"):
        up(home, [deaf])
    assert status(home, [deaf])[0].state == "stopped"


def test_a_port_in_use_is_named_with_the_way_out(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        service = server(port=other.getsockname()[1])
        with pytest.raises(NotUp) as caught:
            up(home, [service])
    assert caught.value.message == f"Port {service.port} for web is in use by another program."
    assert "TOLLGATE_LOCAL_PORT_BASE" in caught.value.remedy


def test_a_program_that_is_not_there_is_told(home: Path) -> None:
    service = Service("ghost", ("/nonexistent/ghost",), free_port(), "http://127.0.0.1:1/", clean_environment())
    with pytest.raises(NotUp, match="ghost cannot be started") as caught:
        up(home, [service])
    assert "make run" in caught.value.remedy


def test_what_does_not_end_when_asked_is_killed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GRACE", 0.3)
    stubborn = server(code="import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVE)
    (running,) = up(home, [stubborn])
    down(home)
    assert not process.birth(running.pid or 0)


def wait_until_dead(pid: int) -> None:
    deadline = time.monotonic() + 10
    while process.birth(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_service_of_other_code_is_started_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = server()
    (first,) = up(home, [service])
    assert up(home, [service])[0].pid == first.pid
    monkeypatch.setattr(services, "code_fingerprint", lambda: "tomorrow's")
    assert up(home, [service])[0].pid != first.pid
