"""The JSON Schema of devices.yaml, for editors: they complete keys, show what each means and mark mistakes.

It is made from the models that check the file, so the two cannot drift apart. `deploy/devices.schema.json` holds it
with the bundled outputs.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from rtu_agent.config.entries import SiteEntry
from rtu_agent.config.outputs import OutputTypes

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_NULL: Final = {"type": "null"}


def schema(output_types: OutputTypes) -> dict[str, Any]:
    """Return the JSON Schema of a site; `output_types` are by type the models of the outputs' settings."""
    models: list[type[BaseModel]] = [SiteEntry, *output_types.values()]
    refs, definitions = models_json_schema([(model, "validation") for model in models])
    defs = _plain(definitions["$defs"])
    site, *settings = [defs.pop(refs[model, "validation"]["$ref"].rpartition("/")[2]) for model in models]
    outputs = site["properties"]["outputs"]
    site["properties"]["outputs"] = _outputs(outputs["description"], dict(zip(output_types, settings, strict=True)))
    site["patternProperties"] = {"^x-": {"description": "Ignored: a place for anchors."}}
    return {"$schema": _DIALECT, "title": "devices.yaml of rtu-agent", **site, "$defs": defs}


def _outputs(description: str, settings: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """An output named like a type is of that type; any other has to say its own."""
    return {
        "description": description,
        "type": ["object", "null"],
        "properties": {kind: {"anyOf": [_of_type(kind, model), _NULL]} for kind, model in settings.items()},
        "additionalProperties": {"anyOf": [_of_type(kind, model, "type") for kind, model in settings.items()]},
    }


def _of_type(kind: str, model: dict[str, Any], *required: str) -> dict[str, Any]:
    type_key = {"const": kind, "description": "Type of the output."}
    required = (*required, *model.get("required", ()))
    return {**model, "properties": {"type": type_key, **model["properties"]}, "required": list(required)}


def _plain(node: Any) -> Any:
    """Leave out what helps nobody who writes a file: generated titles, and null where a key can be left out."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _plain(value) for key, value in node.items() if key != "title" or isinstance(value, dict)}
    if "anyOf" in plain and _NULL in plain["anyOf"]:
        plain.pop("default", None)
        choices = [choice for choice in plain.pop("anyOf") if choice != _NULL]
        return (choices[0] if len(choices) == 1 else {"anyOf": choices}) | plain
    return plain
