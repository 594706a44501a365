"""Results that are kept: the one under a link, and the way from one to the next and back."""

from __future__ import annotations

import re
from http import HTTPStatus

from flask import abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from recommender.domain.buyer import Request
from recommender.workspace import Damaged, Expired, StoredResult
from web.asking import recommend_and_keep, repeatable_token
from web.errors import DamagedResult
from web.state import current_workspace

_TOKEN = re.compile("[A-Za-z0-9_-]{22}")


def stored_result(token: str) -> StoredResult:
    """The result under a link, or the page that says why there is none."""
    found = there(token)
    if isinstance(found, Damaged):
        raise DamagedResult
    return found


def there(token: str) -> StoredResult | Damaged:
    """What can be deleted: also a result that cannot be read any more."""
    found = current_workspace().database.results.load(token)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    if isinstance(found, Expired):
        abort(HTTPStatus.GONE)
    return found


def keep_and_show(asked: Request, former: str, *form: str) -> BaseResponse:
    """Recommend, keep, and go to the new result, which leads back to the ``former`` one.

    ``form`` names the form and what was chosen; a form that carries "once" gives one result however often
    it is sent.
    """
    once = request.form.get("once", "")
    key = repeatable_token(str(current_app.secret_key), *form, former, once) if once else None
    token = recommend_and_keep(asked, current_workspace(), key)
    address = url_for("results.show", token=token, undo=None if token == former else former)
    return redirect(address, HTTPStatus.SEE_OTHER)


def former_address() -> str:
    """The result from which a click led here; "" where none is named. Part of the address, never stored: who
    gets the link of a result without it learns nothing of the others."""
    token = request.args.get("undo", "")
    return url_for("results.show", token=token) if _TOKEN.fullmatch(token) else ""
