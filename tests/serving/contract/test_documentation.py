"""The page about the service names every route, status, scope and problem there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.access.problems import KINDS, ProblemKind
from serving.access.routes import Route
from serving.ledger.keys import SCOPES
from serving.scores.score import Status
from tests.serving.calling import ROUTES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_every_route_stands_in_the_table_with_its_scope(route: Route) -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    line = next(line for line in lines if f"`{route.path}`" in line)
    assert route.scope is None or f"`{route.scope}`" in line


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_every_problem_stands_in_the_table_with_its_status(kind: ProblemKind) -> None:
    assert f"| `{kind.code}` | {kind.status} |" in PAGE


@pytest.mark.parametrize("word", [*(one.word for one in Status), *SCOPES])
def test_every_status_and_scope_is_explained(word: str) -> None:
    assert f"`{word}`" in PAGE
