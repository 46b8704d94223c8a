"""Connections to AWS: one SDK client per service and region, made when first used and shared by all threads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from mcp_handlers.aws import sending
from workflow.model.errors import BadRequest

if TYPE_CHECKING:
    from botocore.credentials import CredentialProvider
    from botocore.loaders import Loader
    from botocore.session import Session
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_service_quotas import ServiceQuotasClient

CONNECT_SECONDS = 3.0
READ_SECONDS = 25.0
"""RunInstances answers within a few seconds; more than this is taken for silence."""
_NEAR, _FAR = "us-east-1", "us-west-2"


class Clients:
    """Clients for the account that `env` names. Nothing is imported or connected before it is needed.

    Credentials, endpoint and region come from the usual variables (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE>); without a key, the SDK's own chain finds one.
    Where `credentials` are given, they are the only ones. The SDK repeats nothing, the kernel does, with the same key;
    but a read whose connection ended is sent again (`sending`).
    """

    def __init__(
        self,
        env: Mapping[str, str],
        *,
        read_seconds: float = READ_SECONDS,
        credentials: Callable[[], CredentialProvider] | None = None,
    ) -> None:
        self.env = env
        self._credentials = credentials
        self._read_seconds = read_seconds
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._made: dict[tuple[str, str], Any] = {}

    def ec2(self, region: str) -> EC2Client:
        """EC2 in `region`."""
        client: EC2Client = self._client("ec2", region)
        return client

    def s3(self, region: str) -> S3Client:
        """S3 in `region`."""
        client: S3Client = self._client("s3", region)
        return client

    def sagemaker(self, region: str) -> SageMakerClient:
        """SageMaker in `region`."""
        client: SageMakerClient = self._client("sagemaker", region)
        return client

    def quotas(self, region: str) -> ServiceQuotasClient:
        """Service Quotas in `region`."""
        client: ServiceQuotasClient = self._client("service-quotas", region)
        return client

    def secrets(self, region: str) -> Any:
        """Secrets Manager in `region`. What the SDK would log of a call at DEBUG, its body included, is kept quiet."""
        logging.getLogger("botocore.endpoint").setLevel(logging.INFO)
        return self._client("secretsmanager", region)

    def eks(self, region: str) -> Any:
        """EKS in `region`."""
        return self._client("eks", region)

    def autoscaling(self, region: str) -> Any:
        """EC2 Auto Scaling in `region`."""
        return self._client("autoscaling", region)

    def route53(self, region: str) -> Any:
        """Route 53, which lies in no region; `region` is what an outage is blamed on."""
        return self._client("route53", region)

    def ssm(self, region: str) -> Any:
        """Systems Manager in `region`, for AWS's public parameters."""
        return self._client("ssm", region)

    def sts(self) -> Any:
        """STS where this process is, for a role to be assumed."""
        return self._client("sts", self.env.get("AWS_REGION") or self.env.get("AWS_DEFAULT_REGION") or _NEAR)

    def elsewhere(self, region: str) -> bool:
        """True if AWS answers in another region, whatever it answers: then only `region` is in trouble."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client("sts", _FAR if region == _NEAR else _NEAR).get_caller_identity()
        except ClientError as error:
            return bool(error.response["ResponseMetadata"]["HTTPStatusCode"] < 500)
        except BotoCoreError:
            return False
        return True

    def _client(self, service: str, region: str) -> Any:
        made = self._made.get((service, region))
        if made is not None:
            return made
        with self._lock:
            if (service, region) not in self._made:
                self._made[service, region] = self._make(service, region)
            return self._made[service, region]

    def _make(self, service: str, region: str) -> Any:
        from botocore.config import Config
        from botocore.exceptions import InvalidRegionError

        session = self._session = self._session or self._begun()
        named = "AWS_ENDPOINT_URL_" + service.upper().replace("-", "_")
        keys = () if self._credentials else ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
        given: dict[str, Any] = {f"aws_{key.lower()}": self.env.get(f"AWS_{key}") for key in keys}
        try:
            client = session.create_client(
                service,
                region_name=region,
                endpoint_url=self.env.get(named) or self.env.get("AWS_ENDPOINT_URL"),
                **given,
                config=Config(
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=self._read_seconds,
                    retries={"mode": "standard", "total_max_attempts": 1},
                    user_agent_extra="tollgate",
                ),
            )
        except InvalidRegionError as error:
            raise BadRequest(f"{region!r} cannot be the name of a region of AWS.") from error
        hooks: Any = client.meta.events
        hooks.register(
            "before-send",
            lambda request, **_: sending.in_time(request, session, CONNECT_SECONDS, self._read_seconds),
        )
        hooks.register("needs-retry", sending.again)
        return client

    def _begun(self) -> Session:
        import botocore.session
        from botocore.credentials import CredentialResolver

        session = botocore.session.Session()
        session.register_component("data_loader", _models())
        if self._credentials:
            session.register_component("credential_provider", CredentialResolver([self._credentials()]))
        return session


@cache
def _models() -> Loader:
    """The services' descriptions, read once: EC2's alone takes the SDK longer to read than to use."""
    from botocore.loaders import create_loader

    return create_loader()


def connect(env: Mapping[str, str]) -> Clients:
    """Clients for the account that `env` names; nothing is connected yet."""
    return Clients(env)
