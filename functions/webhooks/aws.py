"""A door on AWS Lambda behind API Gateway (HTTP API, payload 2.0): which one, TOLLGATE_DOOR says."""

from __future__ import annotations

import asyncio
import base64
import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.webhooks.function import DOOR, headers_of, receive

log = Logger(service="tollgate-webhooks")


@log.inject_lambda_context(clear_state=True, correlation_id_path="requestContext.requestId")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """API Gateway's event → one delivery → API Gateway's answer."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    answer = asyncio.run(receive(os.environ[DOOR], headers, _posted(event)))
    log.info("answered", extra={"status": answer.status, "door": os.environ[DOOR]})
    return {"statusCode": answer.status, "headers": headers_of(answer), "body": answer.content.decode()}


def _posted(event: dict[str, Any]) -> bytes:
    """The raw body. Nothing for what cannot be decoded: whoever may invoke the function may send any event."""
    text = event.get("body") or ""
    try:
        return base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    except ValueError:
        return b""
