"""A door as a Cloud Run function (functions-framework): which one, TOLLGATE_DOOR says."""

from __future__ import annotations

import asyncio
import os

import functions_framework
from flask import Request, Response

from functions.webhooks.function import DOOR, headers_of, receive


@functions_framework.http
def hook(request: Request) -> Response:
    """The framework's request → one delivery → the framework's answer."""
    # Before anything reads the form: what is signed is the raw body.
    body = request.get_data(parse_form_data=False)
    answer = asyncio.run(receive(os.environ[DOOR], dict(request.headers), body))
    return Response(answer.content, status=answer.status, headers=headers_of(answer))
