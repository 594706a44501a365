"""OpenAPI 3.1 of the JSON interface, built from the registry: a question added there appears here."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

from recommender.registry.answers import FIRST_DATE, LAST_DATE, MAX_TOP, MAX_WEIGHT
from recommender.registry.model import Attribute, Question, Registry
from recommender.registry.path import option_ids
from recommender.registry.vocabulary import Vocabulary

Schema = dict[str, object]
_TEXT: Schema = {"type": "string"}
_WHOLE: Schema = {"type": "integer"}
_REAL: Schema = {"type": "number"}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_SCALAR: Schema = {"type": ["number", "string", "boolean", "null"]}
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
            "/api/v1/questions": {
                "get": _operation("questions", "The questionnaire", _ref("Questions"), get)
            },
            "/api/v1/attributes": {
                "get": _operation("attributes", "What cars are told by", _ref("Attributes"), get)
            },
            "/api/v1/recommendations": {"post": _recommendations()},
        },
        "components": {"schemas": _schemas(registry, words)},
    }


def _recommendations() -> Schema:
    refusals = {
        "400": _problem("Not JSON"),
        "413": _problem("More than 1 MB"),
        "415": _problem("Not called application/json"),
        "422": _problem("Every problem of the input, with place and remedy"),
        "429": _problem("Too many requests; Retry-After names the seconds"),
    }
    operation = _operation(
        "recommend", "Ranked configurations, or what to change", _ref("Recommendation"), refusals
    )
    body = {"required": True, "content": {"application/json": {"schema": _ref("Request")}}}
    return {**operation, "requestBody": body}


def _operation(name: str, summary: str, schema: Schema, refusals: Mapping[str, object]) -> Schema:
    found = {"description": summary, "content": {"application/json": {"schema": schema}}}
    return {"operationId": name, "summary": summary, "responses": {"200": found, **refusals}}


def _problem(description: str) -> Schema:
    return {"description": description, "content": {"application/problem+json": {"schema": _ref("Problem")}}}


def _schemas(registry: Registry, words: Vocabulary) -> Schema:
    return {
        "Request": _request(registry, words),
        "Limit": _limit(registry),
        "Questions": _object({"questions": _list(_question_shape())}),
        "Attributes": _object({"attributes": _list(_attribute_shape())}),
        "Recommendation": _recommendation(),
        "Item": _item(),
        "Problem": _problem_shape(),
    }


# ------------------------------------------------------------------------------------------------ request
def _request(registry: Registry, words: Vocabulary) -> Schema:
    ids = [*registry.importances, *registry.attributes]
    count = {"type": "integer", "minimum": 1, "maximum": MAX_TOP}
    weight = {"type": "number", "minimum": 0, "maximum": MAX_WEIGHT}
    answers = {q.id: _answer(q, registry, words) for q in registry.questions.values()}
    return _closed(
        {
            "answers": {**_closed(answers), "description": "Lists that exclude each other must be disjoint"},
            "limits": _list(_ref("Limit")),
            "weights": {"type": "object", "propertyNames": {"enum": ids}, "additionalProperties": weight},
            "trade_offs": _list(
                _object({"shown": _list(_TEXT), "chosen": {"type": ["string", "null"]}}, closed=True)
            ),
            "unknown": {"enum": ["exclude", "mark"]},
            "top": count,
            "per_line": count,
            "per_brand": count,
            "lang": {"enum": ["zh", "en"]},
            "date": {"type": "string", "format": "date", "description": f"{FIRST_DATE} to {LAST_DATE}"},
        }
    )


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
    return _object(
        {"attribute": {"enum": ids}},
        {"at_least": _REAL, "at_most": _REAL, "fixed": {"type": "boolean"}},
        closed=True,
        minimum=2,
    )


def _level_limit(attribute: Attribute) -> Schema:
    level: Schema = {"enum": list(attribute.level_ids)} if attribute.levels else _TEXT
    if attribute.kind == "boolean":
        level = {"type": "boolean"}
    ways: Schema = {"is": level}
    if attribute.kind != "boolean":
        some = {"type": "array", "items": level, "minItems": 1, "uniqueItems": True}
        ways |= {"one_of": some, "none_of": some}
    if attribute.kind == "ordered":
        ways |= {"at_least": level, "at_most": level}
    return _object(
        {"attribute": {"const": attribute.id}}, {**ways, "fixed": {"type": "boolean"}}, closed=True, minimum=2
    )


# ------------------------------------------------------------------------------------------------ answers
def _recommendation() -> Schema:
    segment = _object({"id": _TEXT, "probability": _SHARE, "low": _SHARE, "high": _SHARE})
    confidence = _object({"top_1": _SHARE, "next_question": {"type": ["string", "null"]}, "text": _TEXT})
    way = _object(
        {"changes": _list({"type": "object"}), "admits": _WHOLE, "best": _TEXT, "loss": _REAL, "text": _TEXT}
    )
    return _object(
        {
            "model_version": _TEXT,
            "catalogue_version": _TEXT,
            "registry_fingerprint": _TEXT,
            "date": {"type": "string", "format": "date"},
            "segments": _list(segment),
            "confidence": confidence,
            "limits": _list(_object({"attribute": _TEXT, "source": _TEXT, "fixed": {"type": "boolean"}})),
            "consideration_set_size": _WHOLE,
            "left_out_unknown": _WHOLE,
            "recommendations": _list(_ref("Item")),
            "relaxations": _list(way),
        }
    )


def _item() -> Schema:
    money: Schema = {"type": ["integer", "null"], "description": "CNY"}
    said = _list(_object({"attribute": _TEXT, "text": _TEXT}))
    term = {"attribute": _TEXT, "level": _TEXT, "utility": _REAL, "reference": _REAL, "source": _TEXT}
    return _object(
        {
            "rank": _WHOLE,
            "config_id": _TEXT,
            "trim_id": _TEXT,
            "unit_id": {"type": ["string", "null"]},
            "brand": _TEXT,
            "model": _TEXT,
            "trim": _TEXT,
            "options": _list(_TEXT),
            "price_cny": money,
            "total_price_cny": money,
            "cost": _object({"purchase_tax_cny": money, "subsidy_cny": money}),
            "attributes": {"type": "object", "additionalProperties": _SCALAR},
            "utility": _REAL,
            "choice_probability": _SHARE,
            "terms": _list(_object(term)),
            "reasons": said,
            "drawbacks": said,
            "counterfactuals": _list(_object({"change": {"type": "object"}, "effect": _TEXT, "text": _TEXT})),
            "unknown": _list(_TEXT),
        }
    )


def _problem_shape() -> Schema:
    fault = _object({"path": _TEXT, "code": _TEXT, "value": _TEXT, "message": _TEXT, "remedy": _TEXT})
    return _object({"type": _TEXT, "title": _TEXT, "status": _WHOLE, "detail": _TEXT, "errors": _list(fault)})


def _question_shape() -> Schema:
    both = _object({"zh": _TEXT, "en": _TEXT})
    option = _object({"id": _TEXT, "zh": _TEXT, "en": _TEXT})
    return _object(
        {"id": _TEXT, "page": _TEXT, "fast": {"type": "boolean"}, "kind": _TEXT, "text": both, "why": both},
        {"options": _list(option)},
    )


def _attribute_shape() -> Schema:
    label = _object({"zh": _TEXT, "en": _TEXT})
    return _object(
        {"id": _TEXT, "kind": _TEXT, "label": label, "limit": {"type": "boolean"}, "coverage": _SHARE}
    )


# ----------------------------------------------------------------------------------------------- building
def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(
    required: Mapping[str, object],
    more: Mapping[str, object] | None = None,
    *,
    closed: bool = False,
    minimum: int = 0,
) -> Schema:
    shape: Schema = {"type": "object", "properties": {**required, **(more or {})}, "required": list(required)}
    if closed:
        shape["additionalProperties"] = False
    if minimum:
        shape["minProperties"] = minimum
    return shape


def _closed(properties: Mapping[str, object]) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}
