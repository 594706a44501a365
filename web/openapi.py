"""OpenAPI 3.1 of the JSON interface, built from the registry: a question added there appears here."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

from recommender.registry.answers import FIRST_DATE, LAST_DATE, MAX_TOP, MAX_WEIGHT
from recommender.registry.model import Attribute, Question, Registry
from recommender.registry.path import option_ids
from recommender.registry.vocabulary import Vocabulary
from recommender.services.compare import MAXIMUM, MINIMUM
from web.openapi_answers import answer_schemas
from web.openapi_shapes import REAL, TEXT, Schema, closed, list_of, object_of, ref

_NOT_ANSWERED: list[Schema] = [{"type": "null"}, {"const": "unknown"}]


def openapi_document(registry: Registry, words: Vocabulary, address: str) -> Schema:
    get = {"429": _problem("Too many requests; Retry-After names the seconds")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Recommender",
            "version": version("recommender"),
            "summary": "Configured new-energy cars that obey every limit, with reasons that add up",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": address}],
        "paths": {
            "/api/v1/questions": {"get": _operation("questions", "The questionnaire", ref("Questions"), get)},
            "/api/v1/attributes": {
                "get": _operation("attributes", "What cars are told by", ref("Attributes"), get)
            },
            "/api/v1/recommendations": {
                "post": _asked(
                    "recommend", "Ranked configurations, or what to change", "Request", "Recommendation"
                )
            },
            "/api/v1/configurations": {
                "post": _asked(
                    "configure", "One trim, option by option", "ConfigurationRequest", "Configuration"
                )
            },
            "/api/v1/comparisons": {
                "post": _asked("compare", "What differs, and what is best", "ComparisonRequest", "Comparison")
            },
            "/api/v1/explanations": {
                "post": _asked("explain", "Why this car, or why not", "ExplanationRequest", "Explanation")
            },
            "/api/v1/next-answers": {
                "post": _asked("next", "Which answers would change the first three", "Request", "NextAnswers")
            },
            "/api/v1/trade-offs": {
                "post": _asked("tradeOff", "The next two cars to choose between", "Request", "NextPair")
            },
        },
        "components": {"schemas": _schemas(registry, words)},
    }


def _asked(name: str, summary: str, asks: str, answers: str) -> Schema:
    refusals = {
        "400": _problem("Not JSON"),
        "413": _problem("More than 1 MB"),
        "415": _problem("Not called application/json"),
        "422": _problem("Every problem of the input, with place and remedy"),
        "429": _problem("Too many requests; Retry-After names the seconds"),
    }
    body = {"required": True, "content": {"application/json": {"schema": ref(asks)}}}
    return {**_operation(name, summary, ref(answers), refusals), "requestBody": body}


def _operation(name: str, summary: str, schema: Schema, refusals: Mapping[str, object]) -> Schema:
    found = {"description": summary, "content": {"application/json": {"schema": schema}}}
    return {"operationId": name, "summary": summary, "responses": {"200": found, **refusals}}


def _problem(description: str) -> Schema:
    return {"description": description, "content": {"application/problem+json": {"schema": ref("Problem")}}}


def _schemas(registry: Registry, words: Vocabulary) -> Schema:
    request = _request(registry, words)
    some = {**list_of(TEXT), "minItems": MINIMUM, "maxItems": MAXIMUM, "uniqueItems": True}
    return {
        "Request": request,
        "ConfigurationRequest": _with_key(request, "trim_id", TEXT),
        "ComparisonRequest": _with_key(request, "config_ids", some),
        "ExplanationRequest": _with_key(request, "config_id", TEXT),
        "Limit": _limit(registry),
        **answer_schemas(),
    }


# ------------------------------------------------------------------------------------------------ request
def _request(registry: Registry, words: Vocabulary) -> Schema:
    ids = [*registry.importances, *registry.attributes]
    count = {"type": "integer", "minimum": 1, "maximum": MAX_TOP}
    weight = {"type": "number", "minimum": 0, "maximum": MAX_WEIGHT}
    answers = {q.id: _answer(q, registry, words) for q in registry.questions.values()}
    return closed(
        {
            "answers": {**closed(answers), "description": "Lists that exclude each other must be disjoint"},
            "limits": list_of(ref("Limit")),
            "weights": {"type": "object", "propertyNames": {"enum": ids}, "additionalProperties": weight},
            "trade_offs": list_of(
                object_of({"shown": list_of(TEXT), "chosen": {"type": ["string", "null"]}}, sealed=True)
            ),
            "unknown": {"enum": ["exclude", "mark"]},
            "top": count,
            "per_line": count,
            "per_brand": count,
            "lang": {"enum": ["zh", "en"]},
            "date": {"type": "string", "format": "date", "description": f"{FIRST_DATE} to {LAST_DATE}"},
        }
    )


def _with_key(request: Schema, key: str, schema: Schema) -> Schema:
    """A request with one key more, which says what is asked about."""
    properties = request["properties"]
    names = list(properties) if isinstance(properties, dict) else []
    shared = {name: {"$ref": f"#/components/schemas/Request/properties/{name}"} for name in names}
    return {**closed({**shared, key: schema}), "required": [key]}


def _answer(question: Question, registry: Registry, words: Vocabulary) -> Schema:
    """One answer; null and "unknown" always mean not answered."""
    kinds: list[Schema] = [_answered(question, registry, words), *_NOT_ANSWERED]
    if question.kind in ("integer", "number"):
        kinds.append(
            {"type": "string", "description": "A number as people write it: 20万, 200,000, ２０００００"}
        )
    return {"description": question.text.en, "anyOf": kinds}


def _answered(question: Question, registry: Registry, words: Vocabulary) -> Schema:
    if question.kind in ("integer", "number"):
        bounds = {"minimum": question.minimum, "maximum": question.maximum}
        return {"type": question.kind, **{key: value for key, value in bounds.items() if value is not None}}
    if question.kind == "boolean":
        return {"type": "boolean"}
    if question.kind == "place":
        return {"type": "string", "description": "GB/T 2260 code, or zh or en name of a city or province"}
    if question.kind == "brands":
        return {
            "type": "array",
            "items": {"type": "string", "examples": list(words.brands)[:3]},
            "uniqueItems": True,
        }
    options: Schema = {"enum": list(option_ids(question, registry))}
    if question.kind == "choice":
        return options
    most: Schema = {"maxItems": question.max_items} if question.max_items else {}
    return {"type": "array", "items": options, "uniqueItems": True, **most}


def _limit(registry: Registry) -> Schema:
    attributes = [a for a in registry.attributes.values() if a.limit]
    numbers = [a.id for a in attributes if a.kind == "number"]
    return {
        "description": "Inclusive; an ordered level may be bounded like a number",
        "anyOf": [_number_limit(numbers), *(_level_limit(a) for a in attributes if a.kind != "number")],
    }


def _number_limit(ids: list[str]) -> Schema:
    return object_of(
        {"attribute": {"enum": ids}},
        {"at_least": REAL, "at_most": REAL, "fixed": {"type": "boolean"}},
        sealed=True,
        minimum=2,
    )


def _level_limit(attribute: Attribute) -> Schema:
    level: Schema = {"enum": list(attribute.level_ids)} if attribute.levels else TEXT
    if attribute.kind == "boolean":
        level = {"type": "boolean"}
    ways: Schema = {"is": level}
    if attribute.kind != "boolean":
        some = {"type": "array", "items": level, "minItems": 1, "uniqueItems": True}
        ways |= {"one_of": some, "none_of": some}
    if attribute.kind == "ordered":
        ways |= {"at_least": level, "at_most": level}
    return object_of(
        {"attribute": {"const": attribute.id}}, {**ways, "fixed": {"type": "boolean"}}, sealed=True, minimum=2
    )
