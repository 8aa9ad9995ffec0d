"""Checks against a running environment, a person's word on one, and what was seen before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from shipway.api.late import Routes
from shipway.api.routes.common import Environment, Services, Who, gathered, json_lines
from shipway.checks.live import LiveOutcome
from shipway.model.evidence import Evidence
from shipway.model.names import release_label
from shipway.model.words import Words
from shipway.rollout.review import notes_of

router = Routes(prefix="/projects/{project}/environments/{environment}", tags=["checks"])


class Wanted(BaseModel):
    """Which checks: ids, `live` or `journey`; quick: only what disturbs nothing."""

    only: Annotated[list[str], Field(max_length=100)] = []
    quick: bool = False


class Word(BaseModel):
    """A person's word on a check."""

    check: Annotated[str, Field(max_length=100)]
    reason: Annotated[str, Field(min_length=3, max_length=500)]
    until: date


@router.post("/checks")
def run(service: Services, environment: Environment, who: Who, wanted: Wanted) -> StreamingResponse:
    """Run live checks and journeys; each outcome as a line of JSON as it comes."""
    checking = service.checking

    def work(put: Callable[[Any], None], cancelled: Callable[[], bool]) -> None:
        words = {
            item.check: item
            for item in service.world.store.evidence.attested(
                environment.project, environment, now=service.world.clock.now()
            )
        }
        report = checking.run(
            environment,
            only=wanted.only,
            thorough=not wanted.quick,
            told=lambda item: put({"outcome": outcome_view(item, words.get(item.id))}),
            cancelled=cancelled,
        )
        service.world.store.audit.add(
            who, "check", environment, details={"failed": [item.id for item in report.stops]}
        )
        live = service.live(environment)
        notes = notes_of(
            service.world.kit_of(environment).engine,
            service.world.applications.get(live.fingerprint),
        )
        put(
            {
                "stops": [item.id for item in report.stops],
                "count": len(report.outcomes),
                "notes": list(notes),
            }
        )

    return json_lines(gathered(work))


@router.get("/evidence")
def evidence(
    service: Services, environment: Environment, check: str | None = None
) -> dict[str, Any]:
    """Return the newest of what each check saw here, and what people attested."""
    store, now = service.world.store.evidence, service.world.clock.now()
    return {
        "evidence": [
            evidence_view(item)
            for item in store.latest(environment.project, environment, check=check)
        ],
        "attested": [
            evidence_view(item)
            for item in store.attested(environment.project, environment, now=now)
        ],
    }


@router.post("/attest")
def attest(service: Services, environment: Environment, who: Who, word: Word) -> dict[str, Any]:
    """Keep a person's word on a check; it ends, and is never a pass."""
    kept = service.checking.attest(
        environment, word.check, who=who, reason=word.reason, until=word.until
    )
    service.world.store.audit.add(
        who,
        "attest",
        environment,
        details={"check": word.check, "reason": word.reason, "until": word.until.isoformat()},
    )
    return evidence_view(kept)


def outcome_view(item: LiveOutcome, word: Evidence | None) -> dict[str, Any]:
    """Return an outcome; word: what a person attested, shown where nothing could be seen."""
    waiver = item.waiver
    return {
        "id": item.id,
        "severity": item.severity.value,
        "title": both(item.title),
        "fix": both(item.fix),
        "serves": list(item.serves),
        "result": item.result.value,
        "stops": item.stops,
        "says": both(item.evidence.says),
        "wrong": [both(words) for words in item.wrong],
        "figures": dict(item.evidence.figures),
        "at": item.evidence.at,
        "waiver": waiver
        and {"reason": waiver.reason, "by": waiver.by, "until": waiver.until.isoformat()},
        "attested": evidence_view(word) if word and item.result == "not checked" else None,
    }


def evidence_view(item: Evidence) -> dict[str, Any]:
    """Return evidence."""
    return {
        "check": item.check,
        "subject": item.subject,
        "result": item.result.value,
        "at": item.at,
        "release": release_label(item.release) if item.release else None,
        "artifacts": item.artifacts,
        "says": both(item.says),
        "figures": dict(item.figures),
        "by": item.by,
        "until": item.until,
    }


def both(words: Words) -> dict[str, str]:
    """Return words in both languages."""
    return {"en": words.en, "ko": words.ko}
