"""Where the clients go without an endpoint of their own, and how they wait."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import google.auth
import pytest
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.credentials import Credentials
from requests.exceptions import ConnectionError as Broken

from mcp_handlers.gcp import client, owned
from mcp_handlers.gcp import session as sessions
from mcp_handlers.kernel import deadline
from mcp_handlers.kernel.kept_open import CLOSED
from workflow.model.errors import NoCapacity, NoPermission, NotFound, OutcomeUnknown, Rejected, Throttled
from workflow.model.resource import Resource


class Answer:
    """An HTTP answer."""

    def __init__(self, body: Any, status: int = 200) -> None:
        self.content = json.dumps(body).encode()
        self.status_code = status

    def json(self) -> Any:
        return json.loads(self.content)


class Session:
    """A session that writes down what is asked, and answers in turn; the last answer again and again."""

    asked: list[tuple[str, str]]
    answers: list[Answer]

    def __init__(self, _credentials: object) -> None: ...

    def request(self, method: str, url: str, **_options: Any) -> Answer:
        self.asked.append((method, url))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> type[Session]:
    monkeypatch.setattr(google.auth, "default", lambda scopes: (object(), "p"))
    monkeypatch.setattr(sessions, "Session", Session)
    monkeypatch.setattr(client, "_POLL_SECONDS", (0, 0))
    Session.asked, Session.answers = [], [Answer({})]
    return Session


def test_without_an_endpoint_each_service_is_at_googles_own_host(session: type[Session]) -> None:
    clients = client.connect({"TOLLGATE_GCP_PROJECT": "p"})
    clients.compute("GET", "zones/z/instances", region="r")
    clients.vertex("POST", "customJobs", {}, region="europe-west4")
    clients.quotas("GET", "s/quotaInfos", region="r")

    assert session.asked == [
        ("GET", "https://compute.googleapis.com/compute/v1/projects/p/zones/z/instances"),
        ("POST", "https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4/customJobs"),
        ("GET", "https://cloudquotas.googleapis.com/v1/projects/p/locations/global/services/s/quotaInfos"),
    ]


@pytest.mark.parametrize("region", ["evil.example/", "evil.example#", "", "europe-west4@evil.example", "a\n"])
def test_no_region_leads_the_token_to_another_host(session: type[Session], region: str) -> None:
    clients = client.connect({"TOLLGATE_GCP_PROJECT": "p"})
    job = Resource(cloud="gcp", kind="job", id="1", region=region)

    with pytest.raises(Rejected):
        clients.vertex("GET", "customJobs", region=region)
    with pytest.raises(NotFound):
        owned.read(job, "acme", clients)
    assert session.asked == []


@pytest.mark.parametrize("changes", [{"id": "a/../b"}, {"id": "x?y"}, {"zone": "z/../../global"}, {"id": "a%2fb"}])
def test_no_id_or_zone_leads_to_another_resource(session: type[Session], changes: dict[str, str]) -> None:
    asked = {"cloud": "gcp", "kind": "instance", "id": "vm", "region": "europe-west4", "zone": "europe-west4-a"}

    with pytest.raises(NotFound):
        owned.read(Resource.model_validate({**asked, **changes}), "acme", client.connect({"TOLLGATE_GCP_PROJECT": "p"}))
    assert session.asked == []


def test_a_project_must_be_named() -> None:
    with pytest.raises(NoPermission):
        client.connect({})


def test_every_page_of_a_list_is_read(session: type[Session]) -> None:
    session.answers = [
        Answer({"items": [1], "nextPageToken": "t"}),
        Answer({"nextPageToken": "u"}),
        Answer({"items": [2]}),
    ]
    clients = client.connect({"TOLLGATE_GCP_PROJECT": "p"})

    assert clients.every(clients.compute, "zones/z/instances", "items", region="r") == [1, 2]


def test_an_operation_is_asked_for_in_its_own_zone_until_it_is_done(session: type[Session]) -> None:
    running = {"name": "op", "status": "RUNNING", "zone": "https://x/compute/v1/projects/p/zones/z"}
    session.answers = [Answer(running), Answer({**running, "status": "DONE"})]

    done = client.connect({"TOLLGATE_GCP_PROJECT": "p"}).wait(running, region="r")
    assert done["status"] == "DONE"
    assert session.asked == [("GET", "https://compute.googleapis.com/compute/v1/projects/p/zones/z/operations/op")] * 2


def test_an_operation_that_failed_raises_its_error(session: type[Session]) -> None:
    failed = {"name": "op", "status": "DONE", "error": {"errors": [{"code": "ZONE_RESOURCE_POOL_EXHAUSTED"}]}}

    with pytest.raises(NoCapacity):
        client.connect({"TOLLGATE_GCP_PROJECT": "p"}).wait(failed, region="r")


def test_an_operation_that_is_never_done_has_an_unknown_outcome(
    session: type[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "OPERATION_SECONDS", 0.02)
    session.answers = [Answer({"name": "op", "status": "RUNNING"})]

    with pytest.raises(OutcomeUnknown):
        client.connect({"TOLLGATE_GCP_PROJECT": "p"}).wait({"name": "op", "status": "RUNNING"}, region="r")


def test_how_long_google_asks_to_wait_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = SimpleNamespace(status_code=429, content=b"", headers={"retry-after": "17"})
    found = client.Clients("http://127.0.0.1:9", "p")
    monkeypatch.setattr(found, "_send", lambda *args, **options: answer)
    with pytest.raises(Throttled) as caught:
        found.compute("GET", "zones", region="europe-west1")
    assert caught.value.retry_after == 17.0


def test_an_operation_is_not_waited_for_past_the_callers_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    found = client.Clients("http://127.0.0.1:9", "p")
    running = {"name": "op-1", "status": "RUNNING"}
    monkeypatch.setattr(found, "compute", lambda *args, **options: running)
    with (
        deadline.kept(now + timedelta(milliseconds=50), now),
        pytest.raises(OutcomeUnknown, match="was not done in 0 s"),
    ):
        found.wait(running, region="europe-west1")


def test_a_read_that_is_sent_again_waits_no_longer_than_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[tuple[float, float]] = []

    def ended(_session: object, _method: str, _url: str, *, timeout: tuple[float, float]) -> None:
        waited.append(timeout)
        raise Broken("('Connection aborted.', RemoteDisconnected('closed without response'))")

    monkeypatch.setattr(AuthorizedSession, "request", ended)
    one: Any = sessions.Session(Credentials("token"))
    now = datetime.now(UTC)
    with deadline.kept(now + timedelta(seconds=1), now), pytest.raises(Broken):
        one.request("GET", "http://127.0.0.1:9", timeout=(3.0, 20.0))
    longest = 1 + deadline.GRACE_SECONDS
    assert (waited[0], len(waited)) == ((3.0, 20.0), CLOSED + 1)
    assert all(connect <= longest and read <= longest for connect, read in waited[1:])
