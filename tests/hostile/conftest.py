"""Reading processes of these tests find the tests too."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def _apart(known_apart: None):
    pass
