"""Where the lean kernel answers otherwise than the official SDK, each with its reason, the requests that it is about
and both answers. Of a request that is about nothing here the answers are the same."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from mcp.shared.inbound import decode_header_value

from mcp_handlers.kernel.wire import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    INVALID_REQUEST,
    LEGACY,
    META,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
)
from tests.conformance.demo import MIRRORING
from tests.conformance.requests import Asked, plain


@dataclass(frozen=True)
class Answer:
    """What is compared: the HTTP status, a JSON-RPC error's code, and a result whole but for its `_meta`."""

    status: int
    code: int | None = None
    result: str | None = None


def answer(status: int, body: bytes) -> Answer:
    """From what came over HTTP. What is no JSON-RPC has its status alone."""
    try:
        message = json.loads(body)
    except ValueError:
        return Answer(status)
    if "error" in message:
        return Answer(status, message["error"]["code"])
    result = {name: value for name, value in message["result"].items() if name != "_meta"}
    return Answer(status, None, json.dumps(result, sort_keys=True))


def sent(asked: Asked) -> dict[str, Any]:
    """The message, or nothing where the body is none."""
    try:
        message = json.loads(asked.body)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def params(asked: Asked) -> dict[str, Any]:
    """Its params, or nothing where they are no object."""
    found = sent(asked).get("params")
    return found if isinstance(found, dict) else {}


def meta(asked: Asked) -> Any:
    """Their `_meta`, whatever it is."""
    return params(asked).get("_meta", {})


def old(asked: Asked) -> bool:
    """Whether the request is of a revision before 2026-07-28."""
    return asked.headers.get("mcp-protocol-version") in (None, *LEGACY)


def served(asked: Asked) -> bool:
    """Whether its method is one of those that there are in its revision."""
    own = ("initialize", "ping") if old(asked) else ("server/discover",)
    return sent(asked).get("method") in ("tools/list", "tools/call", *own)


def odd_id(asked: Asked) -> bool:
    """Whether it has an id that is neither a string nor a whole number."""
    found = sent(asked).get("id", "")
    return isinstance(found, bool) or not isinstance(found, str | int)


def no_request(asked: Asked) -> bool:
    """Whether it is no JSON-RPC request."""
    message = sent(asked)
    return message.get("jsonrpc") != "2.0" or not isinstance(message.get("method"), str) or odd_id(asked)


def odd_params(asked: Asked) -> bool:
    """Whether it has params that are no object."""
    found = sent(asked).get("params")
    return found is not None and not isinstance(found, dict)


def odd_meta(asked: Asked) -> bool:
    """Whether its `_meta`, or the capabilities in it, are there and no object."""
    found = meta(asked)
    return not isinstance(found, dict) or not isinstance(found.get(META + "clientCapabilities", {}), dict)


def odd_client(asked: Asked) -> bool:
    """Whether it says who its client is, in other words than the protocol's."""
    own = meta(asked)
    told = [params(asked).get("clientInfo"), own.get(META + "clientInfo") if isinstance(own, dict) else None]
    return any(info is not None and (not isinstance(info, dict) or "name" not in info) for info in told)


_NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri", "tasks/get": "taskId"}


def mismatched(asked: Asked) -> bool:
    """Whether a header that mirrors the body is there and differs from it."""
    message, arguments = sent(asked), params(asked).get("arguments")
    method, word = message.get("method"), arguments.get("word") if isinstance(arguments, dict) else None
    named = _NAMED.get(str(method))
    mirrors = {"mcp-method": method}
    if named in params(asked) and params(asked)[named] is not None:
        mirrors["mcp-name"] = params(asked)[named]
    if method == "tools/call" and params(asked).get("name") == MIRRORING:
        mirrors["mcp-param-word"] = decode_header_value(plain(word))
    headers = asked.headers
    return any(name in headers and decode_header_value(headers[name]) != said for name, said in mirrors.items())


def missing(asked: Asked) -> Answer:
    """That there is no such method, as its revision has it."""
    return Answer(200 if old(asked) else 404, METHOD_NOT_FOUND)


Judge = Callable[[Asked, Answer, Answer], bool]
INVALID, UNPARSED = Answer(400, INVALID_REQUEST), Answer(400, PARSE_ERROR)


def strange(name: str, ours: Answer | None, theirs: Answer | None) -> Judge:
    """A call that is valid but for one strangeness, with both answers; None for one that did what was asked."""

    def fits(told: Answer, expected: Answer | None) -> bool:
        done = told.status == HTTPStatus.OK and told.result is not None
        return done if expected is None else (told.status, told.code) == (expected.status, expected.code)

    return lambda asked, our, their: asked.strange == name and fits(our, ours) and fits(their, theirs)


DIFFERENCES: dict[str, Judge] = {
    "An id must be a string or a whole number; the SDK takes any other for none, and the request for a notification, "
    "so that its caller waits for an answer in vain.": lambda asked, ours, theirs: (
        odd_id(asked) and ours == INVALID and theirs == Answer(202)
    ),
    "What is no JSON-RPC request at all is an invalid request in every revision; the SDK's transport of older "
    "revisions calls it invalid params.": lambda asked, ours, theirs: (
        old(asked) and no_request(asked) and ours == INVALID and theirs == Answer(400, INVALID_PARAMS)
    ),
    "Params that are no object are invalid params; the SDK's newer transport calls that an invalid request.": (
        lambda asked, ours, theirs: (
            not old(asked) and odd_params(asked) and ours == Answer(400, INVALID_PARAMS) and theirs == INVALID
        )
    ),
    "A method that is not served is not found, whatever its params; the SDK looks at the params of a method that the "
    "protocol knows first.": lambda asked, ours, theirs: (
        not served(asked) and ours == missing(asked) and theirs.code == INVALID_PARAMS
    ),
    "_meta or capabilities that are no object are found before the method is looked up; in the SDK after it.": (
        lambda asked, ours, theirs: (
            not served(asked) and odd_meta(asked) and ours.code == INVALID_PARAMS and theirs == missing(asked)
        )
    ),
    "Who the client says it is means nothing here, so its shape is not looked at.": lambda asked, ours, theirs: (
        odd_client(asked)
        and theirs.code == INVALID_PARAMS
        and (ours.result is not None or (mismatched(asked) and ours == Answer(400, HEADER_MISMATCH)))
    ),
    "A mirrored header that differs from the body is refused in every revision: a gateway may have routed, and "
    "allowed, by the header. The SDK checks it from 2026-07-28 on only.": lambda asked, ours, theirs: (
        old(asked) and mismatched(asked) and ours == Answer(400, HEADER_MISMATCH)
    ),
    "A body is read as JSON whatever its content type says, and refused where it is none. What a page may send as text "
    "without asking first has no token with it.": strange("content type", None, Answer(400)),
    "An answer is JSON whatever the caller accepts: there is no other form, and who cannot read it still learns from "
    "the status what became of a call. The SDK refuses the call.": lambda asked, ours, theirs: strange(
        "accept", None, Answer(406, INVALID_REQUEST if old(asked) else None)
    )(asked, ours, theirs),
    "NaN and infinities are no JSON.": strange("NaN", UNPARSED, None),
    "A whole number longer than any of 64 bits is refused: no contract has one, and what reads the call next may round "
    "it to another.": strange("long number", UNPARSED, None),
    "What is nested deeper than any contract is refused before anything goes through it.": strange(
        "deep", INVALID, None
    ),
    "An object that names a key twice says two things, and two readers may take one each: a gateway the first, the "
    "function the last.": strange("key twice", UNPARSED, None),
}


def reason(asked: Asked, ours: Answer, theirs: Answer) -> str:
    """The difference that explains these two answers, or nothing."""
    return next((why for why, explains in DIFFERENCES.items() if explains(asked, ours, theirs)), "")
