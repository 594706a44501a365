"""The description is true: generated requests get only described answers, and the answers have that form."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.visitor import Site, make_site

CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


EXAMPLES = 40


def test_every_answer_is_as_described(shared_site: Site) -> None:
    described = schemathesis.openapi.from_wsgi("/openapi.json", shared_site.app)
    operations = [result.ok() for result in described.get_all_operations()]
    assert len(operations) >= 8
    seen: Counter[tuple[str, int]] = Counter()
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            seen.update(_try(operation, mode))
    assert seen["POST /api/v1/recommendations", 200], "some generated request is answered"
    for verb in (
        "recommendations",
        "configurations",
        "comparisons",
        "explanations",
        "next-answers",
        "trade-offs",
    ):
        assert seen[f"POST /api/v1/{verb}", 422], f"some generated request to {verb} is refused"


def _try(operation: APIOperation, mode: GenerationMode) -> Counter[tuple[str, int]]:
    seen: Counter[tuple[str, int]] = Counter()

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
    def once(case: schemathesis.Case) -> None:
        response = case.call()
        seen[operation.label, response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    try:
        once()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "a request without parameters cannot be wrong"
    return seen


def test_every_question_and_attribute_is_described(shared_site: Site) -> None:
    document = shared_site.app.test_client().get("/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    answers = document["components"]["schemas"]["Request"]["properties"]["answers"]["properties"]
    assert set(answers) == set(shared_site.registry.questions)
    described = set(document["paths"])
    served = {str(r) for r in shared_site.app.url_map.iter_rules() if str(r).startswith("/api/")}
    assert described == served


def test_servers_names_the_public_address(tmp_path: Path) -> None:
    site = make_site(tmp_path, base_url="https://cars.example")
    document = site.app.test_client().get("/openapi.json").get_json()
    assert document["servers"] == [{"url": "https://cars.example"}]
