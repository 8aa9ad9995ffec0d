"""Going a journey: step after step until one fails, then the clean-up, whatever happened."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shipway.journeys.judge import is_like, pick, wrong_with
from shipway.journeys.result import JourneyResult, StepResult, Verdict
from shipway.journeys.target import Target
from shipway.journeys.values import MissingValue, Values
from shipway.journeys.web import Answer, Cookies, Sent, ask, encoded
from shipway.model.journey import Expect, Journey, SkipWhen, Step

if TYPE_CHECKING:
    from shipway.journeys.sockets import Sockets

Cancelled = Callable[[], bool]
BODY_LINES = 3
LINE_LETTERS = 300
CLEAN_UP_S = 15.0
WAIT_S = 10.0


class _Skip(Exception):  # noqa: N818 - no error: the journey's own word
    def __init__(self, reason: str, step: StepResult | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.step = step


@dataclass(slots=True, kw_only=True)
class _Going:
    """What is at hand while a journey goes; `until` on the monotonic clock."""

    target: Target
    values: Values
    cookies: Cookies
    until: float
    cancelled: Cancelled
    sockets: Sockets | None = None

    @property
    def left_s(self) -> float:
        return max(0.1, self.until - time.monotonic())

    def open_sockets(self) -> Sockets:
        """Return the WebSockets; their library is loaded only for journeys that have some."""
        if self.sockets is None:
            from shipway.journeys.sockets import Sockets

            self.sockets = Sockets(self.target)
        return self.sockets


def run_journey(
    journey: Journey, target: Target, *, cancelled: Cancelled = lambda: False
) -> JourneyResult:
    """Go the journey to the target and return how it went; never raises for what is there.

    Ends within the journey's deadline and, where steps of it always run, 15 s more.
    """
    began = time.monotonic()
    values = Values({}, target.variables)
    going = _Going(
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
    except _Skip as skip:
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
        raise _Skip(skip.reason)


def _clean_up(step: Step, going: _Going) -> StepResult | None:
    """Do a clean-up step; None where there is nothing to clean, because it was never made."""
    going.cancelled = lambda: False
    try:
        result = _go(step, going)
    except _Skip:
        return None
    if result.wrong.startswith(_NO_VALUE):
        return None
    return replace(result, clean_up=True)


def _go(step: Step, going: _Going) -> StepResult:
    began = time.monotonic()
    try:
        _skip_without(step.skip_when, going.values)
        act = _request if step.request is not None else _socket
        result = act(step, going)
    except MissingValue as missing:
        result = StepResult(name=step.name, verdict=Verdict.FAILED, wrong=_missing(missing))
    except _Skip as skip:
        skipped = StepResult(
            name=step.name, verdict=Verdict.SKIPPED, seconds=time.monotonic() - began
        )
        raise _Skip(skip.reason, skipped) from None
    return replace(result, seconds=time.monotonic() - began)


_NO_VALUE = "no value for "


def _missing(missing: MissingValue) -> str:
    if missing.name.startswith("env."):
        return f"{_NO_VALUE}{{{{{missing.name}}}}}: the application has no such variable"
    return f"{_NO_VALUE}{{{{{missing.name}}}}}: no earlier step saved it"


def _request(step: Step, going: _Going) -> StepResult:
    """Send the request; with `wait`, again until the answer is as expected."""
    sent = _sent(step, going)
    expect = _filled(step.expect, going.values)
    until = min(going.until, time.monotonic() + (step.wait_s or 0.0))
    tries = 0
    while True:
        tries += 1
        timeout_s = min(step.timeout_s, going.left_s)
        answer = ask(going.target, sent, timeout_s=timeout_s)
        for secret in going.cookies.keep(answer):
            going.values.hide(secret)
        if _is_skipped(step, answer, going):
            raise _Skip(step.skip_when.reason if step.skip_when else "")
        wrong = wrong_with(answer, expect)
        if not wrong or time.monotonic() + step.every_s > until or going.cancelled():
            break
        time.sleep(step.every_s)
    if not wrong:
        wrong = _save(step, answer, going.values)
    if wrong and step.wait_s:
        wrong[-1] += f" (asked {tries} times in {step.wait_s:g} s)"
    return _said(step, going.values, wrong=wrong, sent=sent, answer=answer, tries=tries)


def _sent(step: Step, going: _Going) -> Sent:
    request, values, target = step.request, going.values, going.target
    if request is None:
        raise ValueError(step.name)
    body, kind = encoded(
        has_json=request.has_json,
        value=values.fill(request.json),
        form={key: values.text(item) for key, item in request.form.items()},
        body=None if request.body is None else values.text(request.body),
    )
    headers = {
        "Host": request.host or target.authority,
        "User-Agent": "shipway-journey",
        "Accept": "*/*",
        "Connection": "close",
    }
    if kind:
        headers["Content-Type"] = kind
    if cookie := going.cookies.header():
        headers["Cookie"] = cookie
    headers |= {key: values.text(item) for key, item in request.headers.items()}
    path = target.path(values.text(request.path))
    return Sent(method=request.method, path=path, headers=headers, body=body)


def _filled(expect: Expect, values: Values) -> Expect:
    return replace(
        expect,
        headers={key: values.text(item) for key, item in expect.headers.items()},
        json={path: values.fill(item) for path, item in expect.json.items()},
        contains=tuple(values.text(item) for item in expect.contains),
    )


def _is_skipped(step: Step, answer: Answer, going: _Going) -> bool:
    skip = step.skip_when
    return skip is not None and is_like(
        answer,
        status=skip.status,
        paths=going.values.fill(skip.json),
        parts=[going.values.text(item) for item in skip.contains],
    )


def _save(step: Step, found: Answer | str, values: Values) -> list[str]:
    for name, rule in step.save.items():
        try:
            values.keep(name, pick(found, rule))
        except LookupError as error:
            return [f"{name} cannot be saved: {error.args[0]}"]
    return []


def _socket(step: Step, going: _Going) -> StepResult:
    from shipway.journeys.sockets import Trouble

    values, lines = going.values, list[str]()
    try:
        _speak(step, going, lines)
    except Trouble as trouble:
        lines += [f"received {text}" for text in trouble.received]
        return StepResult(
            name=step.name,
            verdict=Verdict.FAILED,
            wrong=_line(values, trouble.wrong),
            lines=tuple(_line(values, line) for line in lines),
        )
    return StepResult(name=step.name, verdict=Verdict.PASSED)


def _speak(step: Step, going: _Going, lines: list[str]) -> None:
    """Connect, send and receive, as the step says; tell it in `lines`.  Raises Trouble."""
    from shipway.journeys.sockets import Trouble

    sockets, values = going.open_sockets(), going.values
    if step.connect is not None:
        path = going.target.path(values.text(step.connect))
        lines.append(f"connected {path}")
        headers = {key: values.text(item) for key, item in step.headers.items()}
        if cookie := going.cookies.header():
            headers.setdefault("Cookie", cookie)
        sockets.connect(step.socket, path, headers, timeout_s=min(step.timeout_s, going.left_s))
    if step.send is not None:
        message = values.fill(step.send)
        lines.append(f"sent {_text(message)}")
        sockets.send(step.socket, message)
    if step.receive is not None:
        expect = _filled(step.receive, values)
        expect = replace(expect, within_s=min(expect.within_s or WAIT_S, going.left_s))
        text = sockets.receive(step.socket, expect, cancelled=going.cancelled)
        lines.append(f"received {text}")
        if wrong := _save(step, text, values):
            raise Trouble(wrong[0])


def _text(message: object) -> str:
    return message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)


def _said(
    step: Step, values: Values, *, wrong: list[str], sent: Sent, answer: Answer, tries: int
) -> StepResult:
    if not wrong:
        return StepResult(name=step.name, verdict=Verdict.PASSED, tries=tries)
    lines = [f"sent {sent.method} {sent.path} {_brief_body(sent)}".rstrip()]
    if answer.status is not None:
        lines.append(f"received {answer.status} {answer.header('content-type') or ''}".rstrip())
    lines += [f"  {line}" for line in answer.text.splitlines()[:BODY_LINES]]
    return StepResult(
        name=step.name,
        verdict=Verdict.FAILED,
        tries=tries,
        wrong=_line(values, "; ".join(wrong)),
        lines=tuple(_line(values, line) for line in lines),
    )


def _brief_body(sent: Sent) -> str:
    if sent.body is None:
        return ""
    if sent.headers.get("Content-Type", "").startswith("application/x-www-form"):
        return f"with a form of {len(sent.body)} bytes"  # passwords are what forms are made for
    return sent.body.decode("utf-8", "replace")


def _line(values: Values, line: str) -> str:
    shown = values.shown(line)
    return shown if len(shown) <= LINE_LETTERS else f"{shown[: LINE_LETTERS - 1]}…"
