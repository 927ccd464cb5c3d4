"""As much of JSON Schema as our schemas use: would an editor mark this?"""

import re
from typing import Any, Final

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_ANNOTATIONS: Final = {"$schema", "$defs", "title", "description", "examples", "default", "format"}
_UNDERSTOOD: Final = _ANNOTATIONS | {
    *("$ref", "type", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum", "anyOf", "not"),
    *("required", "properties", "patternProperties", "additionalProperties", "propertyNames"),
    *("minProperties", "maxProperties", "items", "minItems", "maxItems", "prefixItems"),
}


def accepts(schema: dict[str, Any], value: Any, root: dict[str, Any] | None = None) -> bool:
    """Return whether the schema accepts the value; a keyword that this does not know fails the test."""
    root = schema if root is None else root
    assert schema.keys() <= _UNDERSTOOD, schema.keys() - _UNDERSTOOD
    others = [root["$defs"][schema["$ref"].removeprefix("#/$defs/")]] if "$ref" in schema else []
    return (
        all(accepts(other, value, root) for other in others)
        and ("anyOf" not in schema or any(accepts(choice, value, root) for choice in schema["anyOf"]))
        and not ("not" in schema and accepts(schema["not"], value, root))
        and _is_of_type(schema, value)
        and value in schema.get("enum", [value])
        and schema.get("const", value) == value
        and _fits(schema, value, root)
    )


def _fits(schema: dict[str, Any], value: Any, root: dict[str, Any]) -> bool:
    match value:
        case dict():
            return _accepts_object(schema, value, root)
        case list():
            enough = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
            first = zip(schema.get("prefixItems", ()), value, strict=False)
            return (
                enough
                and all(accepts(item, one, root) for item, one in first)
                and all(accepts(schema.get("items", {}), item, root) for item in value)
            )
        case str():
            fits = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
            return fits and re.search(schema.get("pattern", ""), value) is not None
        case int():
            return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
        case _:
            return True


def _is_of_type(schema: dict[str, Any], value: Any) -> bool:
    names = schema.get("type", [])
    allowed = [kind for name in ([names] if isinstance(names, str) else names) for kind in _TYPES[name]]
    is_allowed = isinstance(value, tuple(allowed)) and (bool in allowed or not isinstance(value, bool))
    return not names or is_allowed


def _accepts_object(schema: dict[str, Any], value: dict[str, Any], root: dict[str, Any]) -> bool:
    return (
        schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value))
        and set(schema.get("required", ())) <= value.keys()
        and all(accepts(schema.get("propertyNames", {}), key, root) for key in value)
        and all(accepts(part, value[key], root) for key in value for part in _parts(schema, key))
    )


def _parts(schema: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return what the value of a key has to fulfil."""
    parts = [schema["properties"][key]] if key in schema.get("properties", {}) else []
    parts += [part for pattern, part in schema.get("patternProperties", {}).items() if re.search(pattern, key)]
    other = schema.get("additionalProperties", {})
    return parts or [{"not": {}} if other is False else other]
