"""Schemas of what the JSON interface answers."""

from __future__ import annotations

from web.openapi_shapes import REAL, SCALAR, SHARE, TEXT, WHOLE, Schema, list_of, object_of, ref

_FLAG: Schema = {"type": "boolean"}
_MONEY: Schema = {"type": ["integer", "null"], "description": "CNY"}
_SAID: Schema = object_of({"attribute": TEXT, "text": TEXT})
_REASON: Schema = object_of({"attribute": TEXT, "text": TEXT, "source": TEXT, "source_text": TEXT})
_LIMIT: Schema = object_of({"attribute": TEXT, "source": TEXT, "fixed": _FLAG})


def answer_schemas() -> Schema:
    return {
        "Questions": object_of({"questions": list_of(_question_shape())}),
        "Attributes": object_of({"attributes": list_of(_attribute_shape())}),
        "Recommendation": _recommendation(),
        "Item": _item(),
        "Explanation": _explanation(),
        "Comparison": _comparison(),
        "Configuration": _configuration(),
        "NextAnswers": _next_answers(),
        "NextPair": _next_pair(),
        "Problem": _problem_shape(),
    }


def _recommendation() -> Schema:
    segment = object_of({"id": TEXT, "probability": SHARE, "low": SHARE, "high": SHARE})
    confidence = object_of({"top_1": SHARE, "next_question": {"type": ["string", "null"]}, "text": TEXT})
    way = object_of(
        {"changes": list_of({"type": "object"}), "admits": WHOLE, "best": TEXT, "loss": REAL, "text": TEXT}
    )
    step = object_of(
        {"attribute": TEXT, "extra_cny": WHOLE, "to": WHOLE, "admits": WHOLE, "best": TEXT, "text": TEXT}
    )
    return object_of(
        {
            "model_version": TEXT,
            "catalogue_version": TEXT,
            "registry_fingerprint": TEXT,
            "date": {"type": "string", "format": "date"},
            "segments": list_of(segment),
            "confidence": confidence,
            "limits": list_of(_LIMIT),
            "consideration_set_size": WHOLE,
            "left_out_unknown": WHOLE,
            "recommendations": list_of(ref("Item")),
            "relaxations": list_of(way),
            "frontier": list_of(step),
            "conflicts": list_of(object_of({"limits": list_of(_LIMIT), "text": TEXT})),
            "notes": list_of(_SAID),
        }
    )


def _item() -> Schema:
    return object_of({"rank": WHOLE, **_item_properties()})


def _item_properties() -> Schema:
    term = {"attribute": TEXT, "level": TEXT, "utility": REAL, "reference": REAL, "source": TEXT}
    gain: Schema = {"type": ["number", "null"]}
    added = {"option_id": TEXT, "name": TEXT, "price_cny": _MONEY, "utility": gain}
    return {
        "config_id": TEXT,
        "trim_id": TEXT,
        "unit_id": {"type": ["string", "null"]},
        "brand": TEXT,
        "model": TEXT,
        "trim": TEXT,
        "options": list_of(TEXT),
        "additions": list_of(object_of(added)),
        "price_cny": _MONEY,
        "total_price_cny": _MONEY,
        "cost": object_of({"purchase_tax_cny": _MONEY, "subsidy_cny": _MONEY}),
        "attributes": {"type": "object", "additionalProperties": SCALAR},
        "utility": REAL,
        "choice_probability": SHARE,
        "choice_probability_low": SHARE,
        "choice_probability_high": SHARE,
        "tied_with_next": _FLAG,
        "terms": list_of(object_of(term)),
        "reasons": list_of(_REASON),
        "drawbacks": list_of(_REASON),
        "notes": list_of(_SAID),
        "counterfactuals": list_of(object_of({"change": {"type": "object"}, "effect": TEXT, "text": TEXT})),
        "unknown": list_of(TEXT),
    }


def _explanation() -> Schema:
    """The object of a recommendation; its rank is null when a limit is broken."""
    rank: Schema = {"type": ["integer", "null"]}
    return object_of({"rank": rank, **_item_properties(), "violates": list_of(_LIMIT), "why_not": TEXT})


def _comparison() -> Schema:
    difference = object_of({"attribute": TEXT, "values": list_of(SCALAR), "best": list_of(TEXT)})
    return object_of({"configurations": list_of(ref("Explanation")), "differences": list_of(difference)})


def _configuration() -> Schema:
    state: Schema = {"enum": ["standard", "chosen", "free", "blocked", "not_available"]}
    option = object_of(
        {
            "option_id": TEXT,
            "name": TEXT,
            "state": state,
            "price_cny": _MONEY,
            "reason": TEXT,
            "frees": list_of(TEXT),
        }
    )
    rung = object_of({"config_id": TEXT, "total_price_cny": WHOLE, "utility": REAL})
    best: Schema = {"anyOf": [ref("Item"), {"type": "null"}]}
    return object_of({"trim_id": TEXT, "best": best, "options": list_of(option), "ladder": list_of(rung)})


def _next_answers() -> Schema:
    """``enters`` and ``leaves`` are config ids; both are empty where only the order changes."""
    given: Schema = {"type": ["string", "number", "boolean", "array"], "items": TEXT}
    some = list_of(TEXT)
    one = object_of({"question": TEXT, "answer": given, "enters": some, "leaves": some, "text": TEXT})
    return object_of({"answers": list_of(one)})


def _next_pair() -> Schema:
    """``pair``: two items, or null and ``stop`` says why."""
    pair: Schema = {**list_of(ref("Item")), "type": ["array", "null"], "minItems": 2, "maxItems": 2}
    difference = object_of({"attribute": TEXT, "values": list_of(SCALAR), "best": list_of(TEXT)})
    return object_of(
        {
            "pair": pair,
            "differences": list_of(difference),
            "expected_gain": REAL,
            "stop": {"enum": ["", "enough", "settled", "too_few"]},
            "asked": WHOLE,
        }
    )


def _problem_shape() -> Schema:
    fault = object_of({"path": TEXT, "code": TEXT, "value": TEXT, "message": TEXT, "remedy": TEXT})
    return object_of({"type": TEXT, "title": TEXT, "status": WHOLE, "detail": TEXT, "errors": list_of(fault)})


def _question_shape() -> Schema:
    both = object_of({"zh": TEXT, "en": TEXT})
    option = object_of({"id": TEXT, "zh": TEXT, "en": TEXT})
    return object_of(
        {"id": TEXT, "page": TEXT, "fast": {"type": "boolean"}, "kind": TEXT, "text": both, "why": both},
        {"options": list_of(option)},
    )


def _attribute_shape() -> Schema:
    label = object_of({"zh": TEXT, "en": TEXT})
    return object_of(
        {"id": TEXT, "kind": TEXT, "label": label, "limit": {"type": "boolean"}, "coverage": SHARE}
    )
