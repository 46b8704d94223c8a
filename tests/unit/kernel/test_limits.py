"""What a body may be."""

import json

import pytest

from mcp_handlers.kernel import limits
from mcp_handlers.kernel.wire import INVALID_REQUEST, PARSE_ERROR, RpcError


def test_an_object_is_parsed() -> None:
    assert limits.parse(b'{"a": [1, {"b": "\xc3\xa9"}]}') == {"a": [1, {"b": "é"}]}


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b"", PARSE_ERROR, "not JSON at character 0"),
        (b"{", PARSE_ERROR, "not JSON"),
        (b'{"secret": "hunter2"', PARSE_ERROR, "not JSON"),
        (b"\xff\xfe{}", PARSE_ERROR, "not UTF-8"),
        (b'{"a": "\\ud800"}', PARSE_ERROR, "not UTF-8"),
        (b'{"a": NaN}', PARSE_ERROR, "NaN is not JSON"),
        (b'{"a": -Infinity}', PARSE_ERROR, "-Infinity is not JSON"),
        (b'{"a": 1e999}', PARSE_ERROR, "a number is too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", PARSE_ERROR, "a whole number is too long"),
        (b'{"a": 1, "a": 2}', PARSE_ERROR, "names a key twice"),
        (b"[]", INVALID_REQUEST, "one request at a time"),
        (b'[{"jsonrpc": "2.0"}]', INVALID_REQUEST, "one request at a time"),
        (b'"text"', INVALID_REQUEST, "one JSON-RPC object"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, INVALID_REQUEST, "nested deeper than 32"),
        (b"[" * 100_000, PARSE_ERROR, "nested too deeply"),
        (b'{"a": "' + b"x" * limits.MAX_BODY + b'"}', INVALID_REQUEST, "over the limit"),
    ],
)
def test_anything_else_is_refused_with_the_reason_and_without_an_echo(body: bytes, code: int, words: str) -> None:
    with pytest.raises(RpcError) as caught:
        limits.parse(body)
    assert caught.value.code == code
    assert words in caught.value.message
    assert "hunter2" not in caught.value.message


def test_a_body_that_is_too_large_is_a_413() -> None:
    with pytest.raises(RpcError) as caught:
        limits.parse(b" " * (limits.MAX_BODY + 1))
    assert caught.value.status == 413


def test_nesting_within_the_limit_is_accepted() -> None:
    value: object = 1
    for _ in range(limits.MAX_DEPTH - 1):
        value = {"a": value}
    assert limits.parse(json.dumps(value).encode()) == value
