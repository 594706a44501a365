"""Whatever is posted ends in the next page or in named problems, never in a fault."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.web.pages import Page, complaints
from tests.web.visitor import Visitor, make_site


@cache
def visitor() -> Visitor:
    """One person with one draft, who fills in anything."""
    person = Visitor(make_site(Path(tempfile.mkdtemp())))
    person.get("/find/people")
    return person


ODD = st.text(max_size=30) | st.sampled_from(
    [
        "",
        "0",
        "-1",
        "1e400",
        "NaN",
        "６",
        "20万",
        "yes",
        "unknown",
        "合肥",
        "space",
        "none",
        "bev_only",
        "Alpha",
    ]
)


@given(st.data())
def test_any_posted_page_is_saved_or_named(data: st.DataObject) -> None:
    person = visitor()
    registry = person.site.registry
    page = data.draw(st.sampled_from(registry.pages))
    ids = [question.id for question in registry.questions_of(page.id)]
    fields = data.draw(st.dictionaries(st.sampled_from(ids), st.lists(ODD, min_size=1, max_size=4)))
    action = data.draw(st.sampled_from(["next", "back", "skip"]))
    assert person.page is not None
    response = person.send(f"/find/{page.id}", {**fields, "action": action}, person.page.token())
    assert response.status_code in ((303, 422) if action == "next" else (303,))
    if response.status_code == 422:
        shown = Page(response.text, 422, dict(response.headers))
        assert complaints(shown) == []
        assert shown.one("div", id="error-summary").text()
    person.get("/check")
    person.post("/check")
    assert person.address.startswith("/r/"), "what was saved can always be recommended from"
    person.get("/find/people")
