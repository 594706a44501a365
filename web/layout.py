"""What every page needs: nonce, language, static files, its own address in the other language."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, request, url_for

from web.i18n import HTML_LANG, gettext, language
from web.security import nonce

_DIGEST_LETTERS = 12


def install(app: Flask) -> None:
    digests = {
        name: _digest(Path(str(app.static_folder)) / name) for name in ("site.css", "site.js", "icon.svg")
    }

    def asset(name: str) -> str:
        """Address of a static file; its digest makes a new version a new address."""
        return url_for("static", filename=name, v=digests[name])

    @app.context_processor
    def words() -> dict[str, object]:
        return {
            "asset": asset,
            "csp_nonce": nonce(),
            "html_lang": HTML_LANG[language()],
            "other_languages": _other_languages(),
            "product": gettext("NEV chooser"),
        }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGEST_LETTERS]


def _other_languages() -> list[dict[str, str]]:
    """A link to this very page in the other language; to the start after an error or a posted form."""
    code, name = ("en", "English") if language() == "zh" else ("zh", "中文")
    html = "zh-CN" if code == "zh" else "en"
    if request.method == "GET" and request.endpoint not in (None, "static"):
        kept = {key: request.args.getlist(key) for key in request.args if key != "lang"}
        address = url_for(str(request.endpoint), **{**(request.view_args or {}), **kept, "lang": code})
    else:
        address = url_for("buyer.start", lang=code)
    return [{"address": address, "name": name, "lang": html}]
