"""Configure, compare and explain over the JSON interface: same requests, same refusals."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest
from werkzeug.test import TestResponse

from recommender.services.compare import compare
from recommender.services.configure import configuration_document, configure
from recommender.services.documents_decision import comparison_document, explanation_document
from recommender.services.explain import explain
from tests.web.visitor import Site

BODY: dict[str, object] = {"answers": {"people_max": 5, "budget_cny": "15万"}, "lang": "en"}
OWN: dict[str, object] = {"configurations": "A1", "comparisons": ["A1", "A1~HUD"], "explanations": "A1~HUD"}
KEYS = {"configurations": "trim_id", "comparisons": "config_ids", "explanations": "config_id"}
SCHEMAS = {"configurations": "Configuration", "comparisons": "Comparison", "explanations": "Explanation"}


def post(site: Site, verb: str, body: object) -> TestResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Accept-Language": "en"}
    return site.app.test_client().post(f"/api/v1/{verb}", data=data, headers=headers)


def errors(response: TestResponse, status: int = 422) -> list[tuple[str, str]]:
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    return [(error["path"], error["code"]) for error in response.get_json(force=True)["errors"]]


def test_the_answers_are_those_of_the_services(shared_site: Site) -> None:
    workspace = shared_site.workspace
    asked, market = workspace.parse(BODY), workspace.market
    expected = {
        "configurations": configuration_document(configure(asked, market, "A1")),
        "comparisons": comparison_document(compare(asked, market, ["A1", "A1~HUD"])),
        "explanations": explanation_document(explain(asked, market, "A1~HUD")),
    }
    for verb, document in expected.items():
        response = post(shared_site, verb, {**BODY, KEYS[verb]: OWN[verb]})
        assert response.status_code == 200, response.text
        assert response.get_json() == json.loads(json.dumps(document))
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("verb", KEYS)
def test_the_answer_has_the_described_form(shared_site: Site, verb: str) -> None:
    described = shared_site.app.test_client().get("/openapi.json").get_json()
    schema = {"$ref": f"#/components/schemas/{SCHEMAS[verb]}", "components": described["components"]}
    for body in (BODY, {}, {"limits": [{"attribute": "seats", "at_least": 7}]}):
        answer = post(shared_site, verb, {**body, KEYS[verb]: OWN[verb]}).get_json()
        jsonschema_rs.validate(schema, answer)


@pytest.mark.parametrize("verb", KEYS)
def test_everything_wrong_with_request_and_key_is_told_at_once(shared_site: Site, verb: str) -> None:
    key, where = KEYS[verb], f"/{KEYS[verb]}"
    kind = "not_a_list" if verb == "comparisons" else "not_a_text"
    assert errors(post(shared_site, verb, BODY)) == [("", "missing_key")]
    wrong = {"top": 0, "nonsense": 1, key: 3}
    assert set(errors(post(shared_site, verb, wrong))) == {
        ("/top", "out_of_range"),
        ("/nonsense", "unknown_key"),
        (where, kind),
    }
    refused = f'{{"top": NaN, "per_line": 0, "{key}": 3}}'.encode()
    assert set(errors(post(shared_site, verb, refused))) == {
        ("/top", "not_finite"),
        ("/per_line", "out_of_range"),
        (where, kind),
    }
    twice = f'{{"{key}": {json.dumps(OWN[verb])}, "{key}": 1}}'.encode()
    assert errors(post(shared_site, verb, twice)) == [(where, "duplicate_key")]
    other = next(name for name in KEYS.values() if name != key)
    assert errors(post(shared_site, verb, {key: OWN[verb], other: "A1"})) == [(f"/{other}", "unknown_key")]


@pytest.mark.parametrize("verb", KEYS)
def test_what_is_no_request(shared_site: Site, verb: str) -> None:
    assert errors(post(shared_site, verb, b"{"), 400) == [("", "not_json")]
    assert errors(post(shared_site, verb, b"\xff"), 400) == [("", "not_utf8")]
    assert errors(post(shared_site, verb, b"[]")) == [("", "not_an_object")]
    assert shared_site.app.test_client().get(f"/api/v1/{verb}").status_code == 405
    assert shared_site.app.test_client().post(f"/api/v1/{verb}", data="{}").status_code == 415


def test_cars_that_are_not_there_and_wrong_counts(shared_site: Site) -> None:
    assert errors(post(shared_site, "configurations", {"trim_id": "NONE"})) == [("/trim_id", "trim_unknown")]
    missing = errors(post(shared_site, "explanations", {"config_id": "NONE"}))
    assert missing == [("/config_id", "configuration_not_found")]
    assert errors(post(shared_site, "comparisons", {"config_ids": ["A1"]})) == [
        ("/config_ids", "compare_count")
    ]
    assert errors(post(shared_site, "comparisons", {"config_ids": ["A1", "X", "Y", "A1"]})) == [
        ("/config_ids/3", "compare_twice")
    ]
    assert errors(post(shared_site, "comparisons", {"config_ids": ["A1", "X", "Y"]})) == [
        ("/config_ids/1", "configuration_not_found"),
        ("/config_ids/2", "configuration_not_found"),
    ]
    assert errors(post(shared_site, "comparisons", {"config_ids": ["A1", 2]})) == [
        ("/config_ids/1", "not_a_text")
    ]
