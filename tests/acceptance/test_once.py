"""A job that runs once in an environment: the first administrator, not a migration."""

from __future__ import annotations

from typing import Any

from tests.support.running import Shipway
from tests.support.tinyapp import SPEC, TinyApp, Variant

ONCE = SPEC.replace(
    "migrate: {service: api, command: python migrate.py}\n",
    """migrate:
  - {name: schema, service: api, command: python migrate.py}
  - {name: first-administrator, service: api, command: python first.py, once: true}
""",
)
FIRST = """
import sys
print("the first administrator is made", flush=True)
sys.exit(@CODE@)
"""
MADE = "the first administrator is made"
MIGRATED = "migrating to"


def test_it_runs_in_each_environment_once_is_audited_and_runs_again_for_new_data(
    shipway: Shipway, app: TinyApp
) -> None:
    """What failed did not run; what ran is not run by later releases, until its data is gone."""
    app.commit(Variant(version="v1"), shipway__yaml=ONCE, first__py=FIRST.replace("@CODE@", "1"))
    problem = shipway.refused("deploy", app.directory, "staging")
    assert problem.kind == "job-failed"
    assert _runs(shipway) == []

    app.commit(Variant(version="v2"), shipway__yaml=ONCE, first__py=FIRST.replace("@CODE@", "0"))
    told = _story(shipway, shipway.rolled("deploy", app.directory, "staging"))
    assert MADE in told
    app.commit(Variant(version="v3"), shipway__yaml=ONCE, first__py=FIRST.replace("@CODE@", "0"))
    told = _story(shipway, shipway.rolled("deploy", app.directory, "staging"))
    assert MADE not in told
    assert MIGRATED in told
    assert "first-administrator: ran already for r" in told
    assert _runs(shipway) == [("kim", "staging", "first-administrator")]

    assert MADE in _story(shipway, shipway.rolled("promote", app.directory, "production"))
    shipway.client.post(f"/projects/{app.project}/environments/production/destroy", data=True)
    told = _story(shipway, shipway.rolled("promote", app.directory, "production"))
    assert MADE in told
    assert MIGRATED in told
    assert [where for _who, where, _job in _runs(shipway)].count("production") == 2


def _story(shipway: Shipway, rollout: dict[str, Any]) -> str:
    lines = shipway.client.stream("GET", f"/rollouts/{rollout['id']}/progress", follow=False)
    return "\n".join(str(line.get("text")) for line in lines)


def _runs(shipway: Shipway) -> list[tuple[str, str, str]]:
    entries = shipway.client.get("/audit")["entries"]
    return [
        (item["who"], item["environment"], item["details"]["job"])
        for item in entries
        if item["action"] == "job-once"
    ]
