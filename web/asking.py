"""The one function behind the pages: ask the service, keep the result under its link."""

from __future__ import annotations

from collections.abc import Mapping

from recommender.domain.buyer import Request
from recommender.domain.errors import Rejected
from recommender.registry.answers import request_document
from recommender.services.documents import recommendation_document
from recommender.services.recommend import recommend
from recommender.workspace import StoredResult, Workspace


def recommend_and_keep(asked: Request, workspace: Workspace) -> str:
    """Token of the stored result."""
    found = recommend(asked, workspace.market)
    document = recommendation_document(found)
    return workspace.database.results.save(request_document(asked), document)


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
