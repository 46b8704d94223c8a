"""An AWS error in the form that the calling protocol expects, so that the SDK raises what it would raise for real."""

from __future__ import annotations

import json
import uuid
from xml.sax.saxutils import escape

from starlette.responses import Response

from infra.local.aws.call import Protocol


class Refusal(Exception):
    """An error code, the words for people, and the HTTP status that it comes with."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def response(refusal: Refusal, protocol: Protocol) -> Response:
    """The HTTP answer that says `refusal` in `protocol`."""
    request = str(uuid.uuid4())
    headers = {"x-amzn-requestid": request, "x-amz-request-id": request}
    if protocol == "json":
        body = json.dumps({"__type": refusal.code, "message": refusal.message})
        headers["x-amzn-errortype"] = refusal.code
        return Response(body, refusal.status, headers, media_type="application/x-amz-json-1.1")
    error = f"<Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message>"
    named = f"<RequestId>{request}</RequestId>"
    forms = {
        "ec2": f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{request}</RequestID></Response>",
        "query": f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error>{named}</ErrorResponse>",
        "s3": f"<Error>{error}{named}</Error>",
    }
    return Response(
        f'<?xml version="1.0" encoding="UTF-8"?>{forms[protocol]}', refusal.status, headers, media_type="text/xml"
    )
