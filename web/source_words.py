"""Sources as people read them: titles and addresses, never the codes of the catalogue."""

from __future__ import annotations

import re
from dataclasses import dataclass

from recommender.domain.catalogue import Catalogue, Source
from web.i18n import gettext

_BETWEEN = re.compile(r"\s*[+;]\s*")
"""What the catalogue writes between the ids of several sources of one value."""

_ID = re.compile(r"\b[A-Z]\d+\b")


@dataclass(frozen=True, slots=True)
class SourceLink:
    """``address`` is "" where a browser cannot follow it."""

    title: str
    address: str


def source_links(source_id: str, catalogue: Catalogue) -> tuple[SourceLink, ...]:
    """The sources of a value, each once. An id that the catalogue lacks stands for itself."""
    ids = [one for one in _BETWEEN.split(source_id.strip()) if one]
    found = ((one, catalogue.sources.get(one)) for one in ids)
    links = (SourceLink(source.title if source else one, web_address(source)) for one, source in found)
    return tuple(dict.fromkeys(links))


def source_titles(source_id: str, catalogue: Catalogue) -> str:
    return gettext("; ").join(link.title for link in source_links(source_id, catalogue))


def with_titles(remark: str, catalogue: Catalogue) -> str:
    """A remark of the catalogue with the titles of the sources that it names by their ids."""
    sources = catalogue.sources
    return _ID.sub(lambda found: sources[found[0]].title if found[0] in sources else found[0], remark)


def web_address(source: Source | None) -> str:
    """The source's address when it is one that a browser may follow; never another scheme."""
    address = source.address if source else ""
    return address if address.startswith(("https://", "http://")) else ""
