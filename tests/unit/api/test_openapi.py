"""The API's description is what the code says."""

from functions.api.openapi import FILE, text


def test_the_document_is_the_one_that_the_operations_make() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run `python -m functions.api.openapi`"
