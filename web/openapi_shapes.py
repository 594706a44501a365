"""Building blocks of JSON schemas."""

from __future__ import annotations

from collections.abc import Mapping

Schema = dict[str, object]
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
REAL: Schema = {"type": "number"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
SCALAR: Schema = {"type": ["number", "string", "boolean", "null"]}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def object_of(
    required: Mapping[str, object],
    more: Mapping[str, object] | None = None,
    *,
    sealed: bool = False,
    minimum: int = 0,
) -> Schema:
    shape: Schema = {"type": "object", "properties": {**required, **(more or {})}, "required": list(required)}
    if sealed:
        shape["additionalProperties"] = False
    if minimum:
        shape["minProperties"] = minimum
    return shape


def closed(properties: Mapping[str, object]) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}
