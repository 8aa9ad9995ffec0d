"""Services of one release that need each other while they start."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import BOTH_ENGINES
from tests.support.running import Shipway
from tests.support.tinyapp import SPEC, TinyApp, Variant

COMPOSE = """
services:
  front:
    build: .
    command: python front.py 0.0.0.0
    environment: {API: "http://api:8000/health"}
    depends_on: {api: {condition: service_healthy}}
    ports: ["8000:8000"]
  api:
    build: .
    command: python late.py 0.0.0.0
    expose: ["8000"]
"""
LATE = "import runpy, time\ntime.sleep(0.7)\nrunpy.run_path('api.py')\n"
FRONT = """
import os, runpy, urllib.request
print("asking", urllib.request.urlopen(os.environ["API"], timeout=5).status, flush=True)
runpy.run_path("api.py")
"""


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_what_ends_because_another_is_not_ready_is_started_again_when_that_is_healthy(
    shipway: Shipway, app: TinyApp
) -> None:
    """`depends_on: service_healthy`, without a `restart:`: with Compose it works, too."""
    spec = SPEC.replace("  scheduler: {role: singleton}\n", "").replace(
        "  api: {health", "  front: {health: /health}\n  api: {health"
    )
    app.commit(shipway__yaml=spec, compose__yaml=COMPOSE, late__py=LATE, front__py=FRONT)
    shipway.rolled("deploy", app.directory, "staging")
    app.commit(
        Variant(health=500),
        shipway__yaml=spec.replace("@DEADLINE@", "2s"),
        compose__yaml=COMPOSE,
        late__py=LATE,
        front__py=FRONT,
    )
    problem = shipway.refused("deploy", app.directory, "staging")
    assert problem.message.startswith("api: release r2 failed its health check")
