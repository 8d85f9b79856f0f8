"""Coded records written out by hand, as for measures."""

from __future__ import annotations

from tests.measures.conftest import make_coded as make_coded
