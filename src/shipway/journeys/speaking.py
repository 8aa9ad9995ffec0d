"""A step that speaks over a WebSocket: connects, sends, waits for a message."""

from __future__ import annotations

import json
from dataclasses import replace

from shipway.journeys.going import Going, cut, filled, save
from shipway.journeys.result import StepResult, Verdict
from shipway.model.journey import Step

WAIT_S = 10.0


def speak(step: Step, going: Going) -> StepResult:
    """Do what the step says; where it fails, with the messages that came."""
    from shipway.journeys.sockets import Trouble

    values, lines = going.values, list[str]()
    try:
        _spoken(step, going, lines)
    except Trouble as trouble:
        lines += [f"received {text}" for text in trouble.received]
        return StepResult(
            name=step.name,
            verdict=Verdict.FAILED,
            wrong=cut(values, trouble.wrong),
            lines=tuple(cut(values, line) for line in lines),
        )
    return StepResult(name=step.name, verdict=Verdict.PASSED)


def _spoken(step: Step, going: Going, lines: list[str]) -> None:
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
        expect = filled(step.receive, values)
        expect = replace(expect, within_s=min(expect.within_s or WAIT_S, going.left_s))
        text = sockets.receive(step.socket, expect, cancelled=going.cancelled)
        lines.append(f"received {text}")
        if wrong := save(step, text, values):
            raise Trouble(wrong[0])


def _text(message: object) -> str:
    return message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
