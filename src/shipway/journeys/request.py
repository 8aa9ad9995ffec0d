"""A step that sends a request: until the answer is as expected, or the step's time is over."""

from __future__ import annotations

import time

from shipway.journeys.going import Going, Skip, cut, filled, save
from shipway.journeys.judge import is_like, within, wrong_with
from shipway.journeys.result import StepResult, Verdict
from shipway.journeys.values import Values
from shipway.journeys.web import TOO_MANY, Answer, Sent, ask, ask_patiently, encoded
from shipway.model.journey import Step

BODY_LINES = 3


def send_request(step: Step, going: Going) -> StepResult:
    """Send the request; with `wait`, again until the answer is as expected."""
    sent = _sent(step, going)
    expect = filled(step.expect, going.values)
    until = min(going.until, time.monotonic() + (step.wait_s or 0.0))
    # A journey that is about a limit wants to see it; any other one waits as it is told.
    wanted = expect.status and within(TOO_MANY, expect.status)
    asking = ask if wanted else ask_patiently
    tries = 0
    while True:
        tries += 1
        timeout_s = min(step.timeout_s, going.left_s)
        answer = asking(going.target, sent, timeout_s=timeout_s)
        for secret in going.cookies.keep(answer):
            going.values.hide(secret)
        if _is_skipped(step, answer, going):
            raise Skip(step.skip_when.reason if step.skip_when else "")
        wrong = wrong_with(answer, expect)
        if not wrong or time.monotonic() + step.every_s > until or going.cancelled():
            break
        time.sleep(step.every_s)
    if not wrong:
        wrong = save(step, answer, going.values)
    if wrong and step.wait_s:
        wrong[-1] += f" (asked {tries} times in {step.wait_s:g} s)"
    return _said(step, going.values, wrong=wrong, sent=sent, answer=answer, tries=tries)


def _sent(step: Step, going: Going) -> Sent:
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


def _is_skipped(step: Step, answer: Answer, going: Going) -> bool:
    skip = step.skip_when
    return skip is not None and is_like(
        answer,
        status=skip.status,
        paths=going.values.fill(skip.json),
        parts=[going.values.text(item) for item in skip.contains],
    )


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
        wrong=cut(values, "; ".join(wrong)),
        lines=tuple(cut(values, line) for line in lines),
    )


def _brief_body(sent: Sent) -> str:
    if sent.body is None:
        return ""
    if sent.headers.get("Content-Type", "").startswith("application/x-www-form"):
        return f"with a form of {len(sent.body)} bytes"  # passwords are what forms are made for
    return sent.body.decode("utf-8", "replace")
