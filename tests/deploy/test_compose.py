"""infra/local/compose.yaml is a compose file, and keeps to our rules; each of them bites."""

import copy
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "infra" / "local" / "compose.yaml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
SCHEMA = json.loads(files("check_jsonschema.builtin_schemas.vendor").joinpath("compose-spec.json").read_text())
Rule = Callable[[dict[str, Any]], Iterator[str]]


def pinned(compose: dict[str, Any]) -> Iterator[str]:
    """Every image has a version of three parts or two, or a digest."""
    for name, service in compose["services"].items():
        if "build" not in service and not re.search(r":v?\d+\.\d+[\w.-]*(@sha256:\w{64})?$", service.get("image", "")):
            yield name


def watched(compose: dict[str, Any]) -> Iterator[str]:
    """Every service says when it is well, and whoever needs another waits for that."""
    for name, service in compose["services"].items():
        if not service.get("healthcheck", {}).get("test"):
            yield name
        for needed in service.get("depends_on", {}).values():
            if needed.get("condition") != "service_healthy":
                yield name


def at_home(compose: dict[str, Any]) -> Iterator[str]:
    """No port is open to another machine."""
    for name, service in compose["services"].items():
        if any(not str(port).startswith("127.0.0.1:") for port in service.get("ports", [])):
            yield name


def without_a_password(compose: dict[str, Any]) -> Iterator[str]:
    """No password stands in the file: it comes from a secret's file or must be told."""
    for name, service in compose["services"].items():
        for key, value in service.get("environment", {}).items():
            secret = re.search(r"PASSWORD|SECRET|TOKEN|KEY$|DATABASE_URL", key) and not key.endswith("_FILE")
            if secret and not re.fullmatch(r"\$\{\w+:\?.+\}|/[\w./-]+", str(value)):
                yield name


def humble(compose: dict[str, Any]) -> Iterator[str]:
    """Nobody is privileged or can become so."""
    for name, service in compose["services"].items():
        if service.get("privileged") or "no-new-privileges:true" not in service.get("security_opt", []):
            yield name


RULES: tuple[Rule, ...] = (pinned, watched, at_home, without_a_password, humble)
SPOILT: list[tuple[Rule, str, dict[str, Any]]] = [
    (pinned, "postgres", {"image": "postgres"}),
    (pinned, "postgres", {"image": "postgres:latest"}),
    (watched, "aws", {"healthcheck": {}}),
    (watched, "tollgate", {"depends_on": {"opa": {"condition": "service_started"}}}),
    (at_home, "opa", {"ports": ["8181:8181"]}),
    (without_a_password, "postgres", {"environment": {"POSTGRES_PASSWORD": "tollgate"}}),
    (without_a_password, "tollgate", {"environment": {"TOLLGATE_DATABASE_URL": "postgresql://t:t@127.0.0.1/t"}}),
    (humble, "aws", {"privileged": True}),
    (humble, "aws", {"security_opt": []}),
]


def test_it_is_a_compose_file_by_the_specs_own_schema() -> None:
    jsonschema.validate(COMPOSE, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**COMPOSE, "services": {"a": {"imag": "x"}}}, SCHEMA)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_it_keeps_to_the_rule(rule: Rule) -> None:
    assert list(rule(COMPOSE)) == []


@pytest.mark.parametrize(("rule", "service", "change"), SPOILT)
def test_the_rule_bites(rule: Rule, service: str, change: dict[str, Any]) -> None:
    spoilt = copy.deepcopy(COMPOSE)
    spoilt["services"][service] |= change
    assert list(rule(spoilt)) == [service]


def test_it_has_the_parts_that_it_is_for() -> None:
    assert COMPOSE["services"].keys() == {"postgres", "opa", "aws", "azurite", "pubsub", "tollgate"}


def test_its_image_is_built_from_what_is_there() -> None:
    lines = (ROOT / "infra" / "local" / "Dockerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert any(re.fullmatch(r"FROM python:3\.\d+\.\d+-slim", line) for line in lines)
    assert "USER tollgate" in lines
    assert "--require-hashes" in "".join(lines)


def test_docker_itself_takes_it() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("docker compose is not installed here: the file was held against the spec's schema alone")
    told = {"TOLLGATE_DATABASE_URL": "postgresql://somewhere", "PATH": str(Path(docker).parent)}
    done = subprocess.run(
        [docker, "compose", "-f", str(FILE), "config", "--quiet"], env=told, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
