"""Going a journey: step after step until one fails, then the clean-up, whatever happened."""

from __future__ import annotations

import time
from dataclasses import replace

from shipway.journeys.going import Cancelled, Going, Skip
from shipway.journeys.request import send_request
from shipway.journeys.result import JourneyResult, StepResult, Verdict
from shipway.journeys.speaking import speak
from shipway.journeys.target import Target
from shipway.journeys.values import MissingValue, Values
from shipway.journeys.web import Cookies
from shipway.model.journey import Journey, SkipWhen, Step

CLEAN_UP_S = 15.0


def run_journey(
    journey: Journey, target: Target, *, cancelled: Cancelled = lambda: False
) -> JourneyResult:
    """Go the journey to the target and return how it went; never raises for what is there.

    Ends within the journey's deadline and, where steps of it always run, 15 s more.
    """
    began = time.monotonic()
    values = Values({}, target.variables)
    going = Going(
        target=target,
        values=values,
        cookies=Cookies(),
        until=began + journey.deadline_s,
        cancelled=cancelled,
    )
    steps: list[StepResult] = []
    reason = ""
    try:
        _begin(journey, values)
        for step in journey.steps:
            steps.append(_go(step, going))
            if steps[-1].verdict is Verdict.FAILED:
                break
    except Skip as skip:
        reason = skip.reason
        steps += [skip.step] if skip.step else []
    except MissingValue as missing:
        steps.append(StepResult(name="values", verdict=Verdict.FAILED, wrong=_missing(missing)))
    going.until = time.monotonic() + CLEAN_UP_S
    steps += [item for step in journey.always if (item := _clean_up(step, going)) is not None]
    if going.sockets is not None:
        going.sockets.close_all()
    failed = any(step.verdict is Verdict.FAILED for step in steps)
    verdict = Verdict.FAILED if failed else Verdict.SKIPPED if reason else Verdict.PASSED
    return JourneyResult(
        journey=journey.name,
        verdict=verdict,
        steps=tuple(steps),
        seconds=time.monotonic() - began,
        reason=reason,
    )


def _begin(journey: Journey, values: Values) -> None:
    _skip_without(journey.skip_when, values)
    for name, text in journey.values.items():
        values.keep(name, values.fill(text))


def _skip_without(skip: SkipWhen | None, values: Values) -> None:
    if skip is not None and any(not values.has_variable(name) for name in skip.without):
        raise Skip(skip.reason)


def _clean_up(step: Step, going: Going) -> StepResult | None:
    """Do a clean-up step; None where there is nothing to clean, because it was never made."""
    going.cancelled = lambda: False
    try:
        result = _go(step, going)
    except Skip:
        return None
    if result.wrong.startswith(_NO_VALUE):
        return None
    return replace(result, clean_up=True)


def _go(step: Step, going: Going) -> StepResult:
    began = time.monotonic()
    try:
        _skip_without(step.skip_when, going.values)
        act = send_request if step.request is not None else speak
        result = act(step, going)
    except MissingValue as missing:
        result = StepResult(name=step.name, verdict=Verdict.FAILED, wrong=_missing(missing))
    except Skip as skip:
        skipped = StepResult(
            name=step.name, verdict=Verdict.SKIPPED, seconds=time.monotonic() - began
        )
        raise Skip(skip.reason, skipped) from None
    return replace(result, seconds=time.monotonic() - began)


_NO_VALUE = "no value for "


def _missing(missing: MissingValue) -> str:
    if missing.name.startswith("env."):
        return f"{_NO_VALUE}{{{{{missing.name}}}}}: the application has no such variable"
    return f"{_NO_VALUE}{{{{{missing.name}}}}}: no earlier step saved it"
