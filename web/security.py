"""Headers, cookies, cross-site request forgery, request sizes and rates."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Flask, Response, abort, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

BODY_BYTES = 1_000_000
DRAFT_DAYS = 30
_NONCE_BYTES = 16
_PRIVATE_PREFIXES = ("/find/", "/check", "/r/")


def install(app: Flask, *, base_url: str, rate_limit: str) -> None:
    """Cookies, CSRF on every page that is posted, headers on every answer, a rate limit for each address."""
    https = base_url.startswith("https://")
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=BODY_BYTES,
        SESSION_COOKIE_NAME="__Host-session" if https else "session",
        LANGUAGE_COOKIE_NAME="__Host-lang" if https else "lang",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=DRAFT_DAYS * 24 * 3600,
        # The token is bound to the session; a person may take all day over a page.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=https,
    )

    @app.before_request
    def measured() -> None:
        # A form that comes in chunks would be cut off at the limit unnoticed; every browser sends its length.
        if request.method == "POST" and request.content_length is None and not _is_api(request.path):
            abort(HTTPStatus.LENGTH_REQUIRED)

    CSRFProtect(app)

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in security_headers(nonce(), https=https).items():
            response.headers.setdefault(name, value)
        if request.path.startswith(_PRIVATE_PREFIXES):
            response.headers["Cache-Control"] = "no-store"
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        elif request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "private, no-cache")
        if response.status_code < HTTPStatus.BAD_REQUEST:
            response.headers.pop("Retry-After", None)
        return response

    # After `protect`, so that what it adds to an answer is seen there: the last to come speaks first.
    _limit_rate(app, rate_limit)


def _is_api(path: str) -> bool:
    return path.startswith("/api/")


def nonce() -> str:
    """The Content-Security-Policy nonce of this request."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(_NONCE_BYTES)
    return str(g.csp_nonce)


def security_headers(csp_nonce: str, *, https: bool) -> Mapping[str, str]:
    policy = (
        "default-src 'none'",
        f"script-src 'nonce-{csp_nonce}'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    headers = {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def _limit_rate(app: Flask, rate_limit: str) -> None:
    """Count requests for each address in this process; "0" turns it off. Health checks and files are free."""
    limiter = Limiter(
        get_remote_address,
        app=app,
        application_limits=[] if rate_limit == "0" else [rate_limit],
        storage_uri="memory://",
        enabled=rate_limit != "0",
        headers_enabled=True,
        strategy="fixed-window",
    )

    @limiter.request_filter
    def free() -> bool:
        return request.endpoint in ("static", "ops.healthz", "ops.readyz")


def exempt_from_csrf(app: Flask, blueprint: Blueprint) -> None:
    """The API reads no cookie, so there is nothing that another site could use."""
    app.extensions["csrf"].exempt(blueprint)
