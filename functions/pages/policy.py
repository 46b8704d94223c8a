"""What a browser is told to refuse on behalf of the pages."""

from __future__ import annotations

from collections.abc import Sequence


def headers(signs_in_at: Sequence[str] = (), *, secure: bool = False) -> dict[str, str]:
    """Security headers of the pages. `signs_in_at` are the origins where a code is turned into a token; nothing else
    of another origin is reached. `secure`: the page came over TLS."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": " ".join(["'self'", *signs_in_at]),
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    found = {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    return {**found, "strict-transport-security": "max-age=31536000"} if secure else found
