"""Words of the pages: which language a request gets, and gettext over Babel.

English is the source text of the page chrome; ``translations/zh/messages.po`` holds the Chinese. The ``.po``
is compiled in memory when the application is made, so that no generated file has to be kept in step.
Sentences about cars, answers and problems are not here: the registry has them in both languages.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from gettext import NullTranslations
from pathlib import Path
from typing import Literal, cast

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, Response, current_app, g, request

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")
HTML_LANG: Mapping[Lang, str] = {"zh": "zh-CN", "en": "en"}
_EXTENSION = "recommender-translations"
_COOKIE_SECONDS = 365 * 24 * 3600


def install(app: Flask, default: str) -> None:
    """Choose a language before each request and give the templates ``_``, ``gettext``, ``ngettext``."""
    app.extensions[_EXTENSION] = _catalogues(Path(__file__).parent / "translations")
    fallback: Lang = "en" if default == "en" else "zh"

    @app.before_request
    def choose() -> None:
        g.lang = _wanted(fallback)

    @app.after_request
    def remember(response: Response) -> Response:
        response.vary.add("Accept-Language")
        if _known(request.args.get("lang")) and not request.path.startswith("/api/"):
            response.set_cookie(
                app.config["LANGUAGE_COOKIE_NAME"],
                language(),
                max_age=_COOKIE_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=bool(app.config["SESSION_COOKIE_SECURE"]),
            )
        return response

    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        gettext, ngettext, newstyle=True
    )


def language() -> Lang:
    """The language of this request; that of the settings when it was not chosen yet (an early error)."""
    return cast(Lang, g.get("lang", current_app.config["DEFAULT_LANGUAGE"]))


def speak(lang: object) -> None:
    """From here on this request is answered in ``lang``, when that is a language of ours."""
    if known := _known(lang):
        g.lang = known


def gettext(message: str) -> str:
    return _translations().gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    return _translations().ngettext(singular, plural, count)


def long_date(day: dt.date) -> str:
    """2026年11月22日, or 22 November 2026."""
    if language() == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return format_date(day, "d MMMM y", locale="en")


def _translations() -> NullTranslations:
    catalogues = cast("dict[str, NullTranslations]", current_app.extensions[_EXTENSION])
    return catalogues[language()]


def _catalogues(folder: Path) -> dict[str, NullTranslations]:
    with (folder / "zh" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="zh")
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return {"zh": Translations(compiled), "en": NullTranslations()}


def _wanted(fallback: Lang) -> Lang:
    for choice in (request.args.get("lang"), request.cookies.get(current_app.config["LANGUAGE_COOKIE_NAME"])):
        if known := _known(choice):
            return known
    accepted = request.accept_languages.best_match(["zh", "en"], default=fallback)
    return _known(accepted) or fallback


def _known(choice: object) -> Lang | None:
    return next((lang for lang in LANGUAGES if lang == choice), None)
