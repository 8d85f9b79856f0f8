"""The OpenAPI 3.1 document, made from the endpoints themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from pydantic.json_schema import models_json_schema

from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.web.endpoint import Endpoint, InputPlace
from bowlby.web.refusal import Refusal

_REASONS = {
    400: "what was asked for cannot be done; the object says where and what to do",
    403: "not let in",
    404: "there is nothing under that name",
    408: "the request came too slowly",
    409: "no room for more, or not in this state",
    413: "the body is too large",
    422: "what was taken has not the right shape",
    503: "too much is being asked at once; ask again later",
}
_NAMED = re.compile(r"{(\w+)}")


def openapi(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Return the document.

    Args:
        endpoints: all of them.

    Returns:
        OpenAPI 3.1, plain values.
    """
    takers = [(one.takes, "validation") for one in endpoints]
    givers = [(one.answer, "serialization") for one in endpoints if one.answer is not None]
    wanted: Any = [*takers, *givers, (Refusal, "serialization")]
    names, schemas = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    paths: dict[str, dict[str, Any]] = {}
    for one in endpoints:
        paths.setdefault(f"/api{one.path}", {})[one.method.lower()] = _operation(one, names)
    return {
        "openapi": "3.1.0",
        "info": {"title": "bowlby", "version": version("bowlby"), "description": "\n\n".join(PURPOSE_AND_LIMITS)},
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "The token in the printed address."}
            },
        },
        "security": [{"token": []}],
    }


def _operation(one: Endpoint, names: Any) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _NAMED.findall(one.path)
    ]
    if one.body is not InputPlace.JSON:
        parameters += _query_parameters(one)
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{one.method.lower()}{one.path}").strip("_"),
        "summary": one.summary,
        "parameters": parameters,
        "responses": _responses(one, names),
    }
    if one.body is InputPlace.JSON:
        schema = names[(one.takes, "validation")]
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if one.body is InputPlace.FILE:
        binary = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
        operation["requestBody"] = {"required": True, "content": binary}
    return operation


def _query_parameters(one: Endpoint) -> list[dict[str, Any]]:
    schema = one.takes.model_json_schema(ref_template="#/components/schemas/{model}")
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": field.get("description", ""),
            "schema": _resolved(field, schema.get("$defs", {})),
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _resolved(field: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Return a field's schema with what it refers to put in; a query holds no object, so that nothing goes deeper."""
    referred = field.get("$ref", "").rpartition("/")[2]
    return known.get(referred, field)


def _responses(one: Endpoint, names: Any) -> dict[str, Any]:
    content = (
        {"application/json": {"schema": names[(one.answer, "serialization")]}}
        if one.answer is not None
        else {media: {"schema": {"type": "string"}} for media in one.media}
    )
    refused = {"application/json": {"schema": names[(Refusal, "serialization")]}}
    statuses = sorted({400, 403, 422, 503, *one.errors, *({408, 413} if one.body is not InputPlace.QUERY else ())})
    return {
        str(one.status): {"description": "done", "content": content},
        **{str(status): {"description": _REASONS[status], "content": refused} for status in statuses},
    }
