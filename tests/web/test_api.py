"""The JSON interface: the same function as the other doors, and every refusal in one shape."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.test import EnvironBuilder, TestResponse

from recommender.registry.document import attributes_document, questions_document
from recommender.services.documents import recommendation_document
from tests.web.visitor import Site, make_site

ADDRESS = "/api/v1/recommendations"


def post(site: Site, body: object, **more: str) -> TestResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in more.items()}
    headers = {"Content-Type": "application/json", **named}
    return site.app.test_client().post(ADDRESS, data=data, headers=headers)


def problem(response: TestResponse, status: int) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    document = response.get_json(force=True)
    assert set(document) == {"type", "title", "status", "detail", "errors"}
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return dict(document)


def test_the_answer_is_that_of_the_service(shared_site: Site) -> None:
    body = {"answers": {"people_max": 5, "budget_cny": "15万"}, "lang": "en", "date": "2026-11-22"}
    response = post(shared_site, body)
    assert response.status_code == 200
    assert response.content_type == "application/json"
    expected = recommendation_document(shared_site.workspace.recommend(body))
    assert response.get_json() == json.loads(json.dumps(expected))
    assert post(shared_site, {}).status_code == 200


def test_questions_and_attributes_are_the_registry(shared_site: Site) -> None:
    client, workspace = shared_site.app.test_client(), shared_site.workspace
    questions = questions_document(workspace.registry, workspace.vocabulary)
    attributes = attributes_document(workspace.registry, workspace.market.coverage)
    assert client.get("/api/v1/questions").get_json() == json.loads(json.dumps(questions))
    assert client.get("/api/v1/attributes").get_json() == json.loads(json.dumps(attributes))


def test_the_interface_sets_and_reads_no_cookie(shared_site: Site) -> None:
    client = shared_site.app.test_client()
    for address in ("/api/v1/questions?lang=en", "/api/v1/attributes", "/openapi.json"):
        assert "Set-Cookie" not in client.get(address).headers
    assert "Set-Cookie" not in post(shared_site, {}).headers


def test_all_problems_are_listed_at_once_in_the_language_asked(shared_site: Site) -> None:
    body = {"answers": {"people_max": 12, "nonsense": 1}, "limits": [{"attribute": "wings"}], "top": 0}
    errors = problem(post(shared_site, body, Accept_Language="en"), 422)["errors"]
    assert isinstance(errors, list)
    paths = {error["path"] for error in errors}
    assert {"/answers/people_max", "/answers/nonsense", "/top"} <= paths
    for error in errors:
        assert set(error) == {"path", "code", "value", "message", "remedy"}
        assert error["message"].isascii() or "“" in error["message"]
    chinese = problem(post(shared_site, body), 422)["errors"]
    assert [e["code"] for e in chinese] == [e["code"] for e in errors]  # type: ignore[index, attr-defined]
    assert not chinese[0]["message"].isascii()  # type: ignore[index]


@pytest.mark.parametrize(
    ("lang", "accepted", "said"),
    [("en", "zh", "en"), ("zh", "en", "zh"), ("fr", "en", "en"), (None, "en", "en"), (5, "zh", "zh")],
)
@pytest.mark.parametrize("verb", ["recommendations", "configurations", "comparisons", "explanations"])
def test_problems_are_told_in_the_language_of_the_request(
    shared_site: Site, verb: str, lang: object, accepted: str, said: str
) -> None:
    body = {"answers": {"people_max": 12}, "lang": lang}
    answer = shared_site.app.test_client().post(
        f"/api/v1/{verb}", json=body, headers={"Accept-Language": accepted}
    )
    document = problem(answer, 422)
    for text in (document["detail"], document["errors"][0]["message"]):  # type: ignore[index]
        assert text.isascii() == (said == "en"), text  # type: ignore[attr-defined]


def test_broken_json_is_told_in_the_language_that_is_accepted(shared_site: Site) -> None:
    document = problem(post(shared_site, b'{"lang": "zh", ', Accept_Language="en"), 400)
    assert str(document["detail"]).isascii()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1,", b'{"answers": }', b"nonsense"])
def test_broken_json(shared_site: Site, body: bytes) -> None:
    assert problem(post(shared_site, body), 400)["errors"]


@pytest.mark.parametrize(
    "body", [b"[]", b"3", b'{"top": NaN}', b'{"top": 1, "top": 2}', b"[" * 100 + b"]" * 100]
)
def test_json_that_is_no_request(shared_site: Site, body: bytes) -> None:
    assert problem(post(shared_site, body), 422)["errors"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_anything_but_json_is_refused(shared_site: Site, kind: str) -> None:
    problem(post(shared_site, {}, Content_Type=kind), 415)


def test_a_body_of_ten_megabytes_is_refused(shared_site: Site) -> None:
    problem(post(shared_site, b'{"answers": {"place": "' + b"x" * 10_000_000 + b'"}}'), 413)
    assert post(shared_site, b"{}" + b" " * 999_000).status_code == 200


def test_a_body_in_chunks_is_measured_too(shared_site: Site) -> None:
    def send(address: str, body: bytes, kind: str) -> TestResponse:
        stream = EnvironBuilder(path=address, method="POST", input_stream=BytesIO(body), content_type=kind)
        environ = stream.get_environ()
        del environ["CONTENT_LENGTH"]
        environ["wsgi.input_terminated"] = True
        return shared_site.app.test_client().open(environ_overrides=environ, path=address, method="POST")

    assert send(ADDRESS, b"{}" + b" " * 900_000, "application/json").status_code == 200
    problem(send(ADDRESS, b"{}" + b" " * 3_000_000, "application/json"), 413)
    refused = send("/find/people", b"people_max=5", "application/x-www-form-urlencoded")
    assert (refused.status_code, refused.mimetype) == (411, "text/html")


def test_unknown_addresses_and_methods(shared_site: Site) -> None:
    client = shared_site.app.test_client()
    problem(client.get("/api/v1/nothing"), 404)
    english = client.get("/api/v1/nothing", headers={"Accept-Language": "en"})
    assert english.get_json()["detail"] == "Check the address. /openapi.json lists what there is."
    problem(client.get("/api/"), 404)
    refused = client.get(ADDRESS)
    problem(refused, 405)
    assert "POST" in refused.headers["Allow"]
    problem(client.post("/api/v1/questions"), 405)


def test_too_many_requests_name_the_seconds(tmp_path: Path) -> None:
    site = make_site(tmp_path, rate_limit="2/minute")
    client = site.app.test_client()
    first, second = client.get("/api/v1/attributes"), client.get("/api/v1/attributes")
    assert (first.status_code, second.status_code) == (200, 200)
    assert "Retry-After" not in first.headers
    refused = client.get("/api/v1/attributes")
    problem(refused, 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert client.get("/").status_code == 429, "one count for all pages"
    assert client.get("/").mimetype == "text/html"
    assert client.get("/healthz").status_code == 200, "who watches is never refused"


def test_a_fault_of_ours_shows_a_reference_and_no_trace(
    shared_site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("web.api.recommendation_document", broken)
    response = post(shared_site, {})
    detail = str(problem(response, 500)["detail"])
    assert "secret detail" not in response.text
    assert "Traceback" not in response.text
    reference = detail[-12:]
    assert any(reference in record.getMessage() for record in caplog.records)
