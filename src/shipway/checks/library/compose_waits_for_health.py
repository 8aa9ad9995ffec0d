"""Services that start before what they need is ready."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.facts.images import store_family
from shipway.checks.kit import WARNING, Facts, Finding, Words, check, needs


@check(
    "compose.waits-for-health",
    WARNING,
    needs=needs.SERVICES,
    serves=("R029", "R084"),
    title=Words("Services wait until databases are ready", "데이터베이스가 준비될 때까지 기다린다"),
    fix=Words(
        "depends_on: {NAME: {condition: service_healthy}}",
        "depends_on: {이름: {condition: service_healthy}}로 쓰세요",
    ),
)
def waits_for_health(facts: Facts) -> Iterator[Finding]:
    """Find them: `depends_on: [db]` waits for the process, not for the database."""
    for view in facts.deployed:
        stores = {
            item.name
            for item in view.services
            if store_family(item.image) and (item.definition.get("healthcheck") or {}).get("test")
        }
        for service in view.services:
            for name, wait in (service.definition.get("depends_on") or {}).items():
                if name in stores and wait.get("condition") == "service_started":
                    yield Finding(
                        place=service.place("depends_on"),
                        wrong=Words(
                            f"{service.name} starts before {name} is ready",
                            f"{service.name}이(가) {name} 준비 전에 시작됩니다",
                        ),
                    )
