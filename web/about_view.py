"""View-model of the page that says what this is and where its facts come from."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.workspace import Workspace
from web.source_words import web_address


@dataclass(frozen=True, slots=True)
class SourceView:
    title: str
    address: str
    licence: str
    date: str


@dataclass(frozen=True, slots=True)
class AboutView:
    trims: int
    brands: int
    catalogue_version: str
    model_version: str
    sources: tuple[SourceView, ...]


def about_view(workspace: Workspace) -> AboutView:
    market = workspace.market
    catalogue = market.catalogue
    return AboutView(
        trims=len(catalogue.trims),
        brands=len(catalogue.brands),
        catalogue_version=catalogue.version[:19],
        model_version=market.model.artefact.version,
        sources=tuple(
            SourceView(s.title, web_address(s), s.licence, s.date) for s in catalogue.sources.values()
        ),
    )
