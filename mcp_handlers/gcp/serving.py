"""Bringing a variant up on an endpoint of Vertex AI, and taking back what did not come up.

Two calls of one effect may be at it at the same moment, in two processes. What the other has made is waited for and
used; and each takes back only what it made itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mcp_handlers.gcp import endpoints, models, naming, operations, variants
from mcp_handlers.gcp.client import Clients
from mcp_handlers.gcp.errors import AlreadyExists
from mcp_handlers.tools.deploy_model import Input
from workflow.model.base import Json
from workflow.model.errors import NotFound, OutcomeUnknown, Rejected, TollgateError
from workflow.model.share import ALL


@dataclass(frozen=True)
class Attempt:
    """One call's attempt at the variant of the effect `key`. `made`: what of it this very call has made."""

    wanted: Input
    clients: Clients
    key: str
    made: set[Literal["endpoint", "model"]] = field(default_factory=set)

    @property
    def number(self) -> str:
        """The variant's id."""
        return endpoints.effect_number(self.key)

    def endpoint(self) -> Json:
        """The endpoint, made if it is not there. Raises Rejected where another tenant has the name."""
        found = self._endpoint()
        if found is None:
            self._make_endpoint()
            found = self._endpoint()
        if found is None:
            raise self._undone()
        if not endpoints.mine(found, self.wanted.tags.tenant):
            raise Rejected(f"gcp: the endpoint name {self.wanted.endpoint} is taken", "Ask for another name.")
        return found

    def serve(self) -> None:
        """The model, and its machines without a share of the traffic, unless they are there or on their way.

        Raises TollgateError; OutcomeUnknown also where another call of the effect failed, and took away what both used.
        """
        try:
            self._serve()
        except OutcomeUnknown:
            raise
        except TollgateError as error:
            self._take_back(error)
            raise

    def _serve(self) -> None:
        operations.settle(self.clients, self.wanted.region, self._path)
        found = self._endpoint()
        if found is None:
            raise self._undone()
        if self.number not in endpoints.deployed(found):
            self._upload()
            self._deploy(found.get("trafficSplit") or {"0": ALL})
        # The call that had uploaded the model may have failed since, and taken it back under the machines.
        if self._model() is None:
            self._upload()

    def _make_endpoint(self) -> None:
        wanted = self.wanted
        body = {"displayName": wanted.endpoint, "labels": naming.labels(wanted.tags, self.key)}
        try:
            begun = self._send("endpoints", body, {"endpointId": wanted.endpoint})
        except AlreadyExists:
            operations.settle(self.clients, wanted.region, self._path)
            return
        self.made.add("endpoint")
        operations.finish(self.clients, begun, wanted.region)

    def _upload(self) -> None:
        try:
            begun = self._send("models:upload", variants.model(self.wanted, self.key, self._model_id))
        except AlreadyExists:
            self._adopt_model()
            return
        self.made.add("model")
        operations.finish(self.clients, begun, self.wanted.region)

    def _adopt_model(self) -> None:
        operations.settle(self.clients, self.wanted.region, f"models/{self._model_id}")
        found = self._model()
        if found is None:
            raise self._undone()
        if not naming.made_by(found.get("labels"), self.key, self.wanted.tags.tenant):
            raise Rejected(f"gcp: the model name {self._model_id} is taken", "Ask for another endpoint's name.")

    def _deploy(self, split: Json) -> None:
        """The machines. Where another call of the effect has begun it, wait how that ends."""
        variant = variants.deployed_model(self.wanted, self.clients.project, self._model_id, self.number)
        try:
            begun = self._send(f"{self._path}:deployModel", {"deployedModel": variant, "trafficSplit": split})
            operations.finish(self.clients, begun, self.wanted.region)
        except Rejected as error:
            operations.settle(self.clients, self.wanted.region, self._path)
            if self._is_up(self._endpoint()):
                return
            if isinstance(error, AlreadyExists):
                raise self._undone() from error
            raise
        except NotFound as error:
            if self._endpoint() is None or self._model() is None:
                raise self._undone() from error
            raise

    def _take_back(self, cause: TollgateError) -> None:
        """Leave nothing that this call made. Raises OutcomeUnknown where the variant is up in spite of `cause`."""
        try:
            operations.settle(self.clients, self.wanted.region, self._path)
            found = self._endpoint()
            up = self._is_up(found)
            left = not up and not self._deleted(found)
        except TollgateError:
            up, left = False, True
        if up:
            raise OutcomeUnknown(f"{cause.message} ({self._name} is up, though)") from cause
        if left:
            cause.remedy += f" Parts of {self._name} may be left in {self.wanted.region}."

    def _deleted(self, endpoint: Json | None) -> bool:
        """Delete what this call made, but for an endpoint that serves; False where a model stays that another made."""
        region = self.wanted.region
        if "model" in self.made:
            models.delete(self.clients, region, self._model_id)
        if "endpoint" in self.made and endpoint is not None and not endpoints.deployed(endpoint):
            operations.finish(self.clients, self.clients.vertex("DELETE", self._path, region=region), region)
        return "model" in self.made or self._model() is None

    @property
    def _name(self) -> str:
        return f"{self.wanted.endpoint}/{self.number}"

    @property
    def _path(self) -> str:
        return f"endpoints/{self.wanted.endpoint}"

    @property
    def _model_id(self) -> str:
        return models.model_id(self.wanted.endpoint, self.number)

    def _endpoint(self) -> Json | None:
        return endpoints.find(self.clients, self.wanted.region, self.wanted.endpoint)

    def _model(self) -> Json | None:
        return models.find(self.clients, self.wanted.region, self._model_id)

    def _is_up(self, endpoint: Json | None) -> bool:
        return endpoint is not None and self.number in endpoints.deployed(endpoint)

    def _send(self, path: str, body: Json, params: dict[str, str] | None = None) -> Json:
        return self.clients.vertex("POST", path, body, region=self.wanted.region, params=params)

    def _undone(self) -> OutcomeUnknown:
        return OutcomeUnknown(f"gcp: another call for {self._name} failed, and took away what both used")
