"""The one function behind the pages: ask the service, keep the result under its link."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

from recommender.domain.buyer import Request
from recommender.domain.errors import Rejected
from recommender.registry.answers import request_document
from recommender.services.documents import recommendation_document
from recommender.services.recommend import recommend
from recommender.workspace import StoredResult, Workspace

_TOKEN_BYTES = 16
_SEPARATOR = "\N{INFORMATION SEPARATOR ONE}"


def recommend_and_keep(asked: Request, workspace: Workspace, token: str | None = None) -> str:
    """Token of the stored result; under a given ``token`` the result that is there already stays."""
    results = workspace.database.results
    if token is not None and isinstance(results.load(token), StoredResult):
        return token
    found = recommend(asked, workspace.market)
    document = recommendation_document(found)
    return results.save(request_document(asked), document, token)


def new_once() -> str:
    """What a form carries so that it is told from every other form."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def repeatable_token(secret: str, *parts: str) -> str:
    """Token of the result of one form: the same for as often as that form is sent, guessed by nobody.

    22 characters of an HMAC-SHA256 under the signing key; ``parts`` name the form and what it was made for.
    """
    message = _SEPARATOR.join(parts).encode("utf-8", "surrogatepass")
    digest = hmac.digest(secret.encode("utf-8"), message, hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_TOKEN_BYTES]).rstrip(b"=").decode("ascii")


def in_language(stored: StoredResult, lang: str, workspace: Workspace) -> Mapping[str, object]:
    """The stored document with its sentences in ``lang``.

    The same request on the same catalogue and model gives the same numbers, so it is asked again in the other
    language. When catalogue or model have changed since, the document stays as it was stored.
    """
    market = workspace.market
    versions = (market.catalogue.version, market.model.artefact.version)
    if stored.request.get("lang", "zh") == lang or versions != (
        stored.catalogue_version,
        stored.model_version,
    ):
        return stored.document
    try:
        asked = workspace.parse(stored.request, {"lang": lang})
    except Rejected:
        return stored.document
    return recommendation_document(recommend(asked, market))
