"""The journeys that go right after a switch: their failure switches back, like a smoke check's."""

from __future__ import annotations

from shipway.errors import Problem
from shipway.journeys import (
    Trust,
    Verdict,
    journey_evidence,
    run_journey,
    target_of,
    trust_hints,
)
from shipway.model.records import RolloutKind
from shipway.rollout.evidence import last_log_lines
from shipway.rollout.run import Run
from shipway.rollout.trust import trust_in
from shipway.saga.step import Watch


def go_smoke_journeys(run: Run, watch: Watch) -> dict[str, str]:
    """Go the journeys marked `smoke`, one after the other; keep what each proved.

    Returns each one's verdict.  Raises Problem `smoke-failed`.
    """
    verdicts = {}
    for journey in run.app.journeys:
        if not journey.smoke:
            continue
        target = target_of(run.app, smoke_trust(run))
        result = run_journey(journey, target, cancelled=watch.cancelled)
        watch.check()
        evidence = journey_evidence(
            result, environment=run.environment, at=run.world.clock.now(), release=run.release
        )
        run.world.store.evidence.add([evidence])
        verdicts[journey.name] = str(result.verdict)
        if result.verdict is Verdict.SKIPPED:
            run.note("smoke", f"journey {journey.name} was skipped: {result.reason}")
        failed = result.failed
        if failed is not None:
            raise Problem(
                "smoke-failed",
                f"journey {journey.name}: {result.failure}. Requests were switched back. "
                f"{run.still_serves}",
                details=[
                    *failed.lines,
                    *last_log_lines(run.kit, run.kit.engine.instances(scope=run.scope)),
                ],
                hints=[f"shipway follow {run.rollout.id}", *trust_hints(result.failure)],
            )
    return verdicts


def smoke_trust(run: Run, host: str | None = None) -> Trust:
    """Return how the front door's certificate is looked at.

    A rollback takes any: a certificate that ended is no reason to stay with a bad release.
    """
    if run.rollout.kind in {RolloutKind.ROLLBACK, RolloutKind.RESTORE}:
        return Trust()
    return trust_in(run.world, run.app, host)
