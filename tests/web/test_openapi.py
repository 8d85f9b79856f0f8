"""The OpenAPI document is true: every endpoint stands in it, and no request that it allows breaks the server."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from bowlby.web.app import ENDPOINTS, make_app
from bowlby.web.settings import ServerSettings
from tests.web.conftest import BASE, PORT, TestClient

SLOW_WORK = {"post_helps", "get_strange_situation", "get_explore_export", "get_explore"}
"""Operations that simulate: few requests in the quick suite."""

PATIENCE = 600
"""Seconds to wait for an answer: the first of a kind compiles its program, however busy the machine."""


def test_every_endpoint_stands_in_the_document(client: TestClient):
    document = client.get("/api/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    listed = {(method.upper(), path) for path, one in document["paths"].items() for method in one}
    assert listed == {(one.method, f"/api{one.path}") for one in ENDPOINTS}


def test_every_reference_leads_somewhere(client: TestClient):
    document = client.get("/api/openapi.json")
    known = document.json()["components"]["schemas"]
    assert {name for name in re.findall(r'"#/components/schemas/([^"]+)"', document.text)} <= set(known)


def _schema() -> Any:
    own = ServerSettings(PORT)
    loaded = schemathesis.openapi.from_asgi(
        "/api/openapi.json", make_app(own), headers={"authorization": f"Bearer {own.token}", "host": BASE[7:]}
    )
    return loaded, {"authorization": f"Bearer {own.token}", "host": BASE[7:]}


def _fuzz(operation: Any, headers: dict[str, str], examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def one(case: Any) -> None:
        answer = case.call(headers=headers, timeout=PATIENCE)
        case.validate_response(
            answer, checks=[not_a_server_error, status_code_conformance, response_schema_conformance]
        )

    from hypothesis import given

    given(case=operation.as_strategy())(one)()


def _operations(schema: Any) -> list[Any]:
    return [found.ok() for found in schema.get_all_operations()]


def test_no_request_breaks_the_server():
    schema, headers = _schema()
    for operation in _operations(schema):
        if operation.definition.raw["operationId"] not in SLOW_WORK:
            _fuzz(operation, headers, 4)


@pytest.mark.slow
def test_no_request_breaks_the_server_however_many():
    schema, headers = _schema()
    for operation in _operations(schema):
        _fuzz(operation, headers, 12 if operation.definition.raw["operationId"] in SLOW_WORK else 150)
