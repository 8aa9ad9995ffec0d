"""Journeys against a real application over real sockets.

R141, R142, R154-R163: signing up, logging in, posting and reading back, a WebSocket that
announces, a job that is done; R164: skipped is recorded and is no pass.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shipway.errors import Problem
from shipway.journeys import (
    JourneyResult,
    Target,
    Verdict,
    journey_evidence,
    run_journey,
    target_of,
)
from shipway.model.application import Application, Service
from shipway.model.evidence import Result
from shipway.model.journey import Journey, journey_from_json, journey_to_json
from shipway.model.names import EnvironmentId
from shipway.model.workload import Role, SecretMap
from shipway.spec.reader import read_spec
from tests.journeys.server import TOKEN, Shop, running

API_KEY = "key-of-the-application-77"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Shop, int]]:
    with running() as both:
        yield both


@pytest.fixture
def shop(served: tuple[Shop, int]) -> Shop:
    served[0].__init__()  # type: ignore[misc]
    return served[0]


@pytest.fixture
def target(served: tuple[Shop, int], shop: Shop) -> Target:
    del shop
    variables = SecretMap({"API_KEY": API_KEY, "EMPTY": ""})
    return Target(address="127.0.0.1", port=served[1], environment="staging", variables=variables)


def journey(text: str) -> Journey:
    spec = read_spec("journeys:\n  it:\n" + "".join(f"    {line}\n" for line in text.splitlines()))
    (made,) = spec.journeys
    assert journey_from_json(journey_to_json(made)) == made
    return made


def go(text: str, target: Target) -> JourneyResult:
    return run_journey(journey(text), target)


def words(result: JourneyResult) -> str:
    """Return all that a person may see of a result."""
    return f"{result} {result.as_dict()} {result.failure}"


WHOLE = """\
values: {email: "{{random.email}}", title: "card {{random.word}}"}
steps:
  - {name: sign up, request: POST /api/users, json: {email: "{{email}}"}, expect: {status: 201}}
  - {name: log in, request: POST /api/login, json: {email: "{{email}}"}, save: {token: $.access_token}}
  - {name: me, request: GET /me, headers: {Authorization: "Bearer {{token}}"}, expect: {json: {$.user: you}}}
  - {name: open the feed, connect: /ws}
  - name: post
    request: POST /api/cards
    json: {title: "{{title}}"}
    expect: {status: 201, headers: {Location: /api/cards}, json: {$.title: "{{title}}"}}
    save: {card: $.id, where: "header:Location"}
  - {name: announced, receive: {json: {$.title: "{{title}}", $.id: "{{card}}"}, within: 5s}, save: {seen: $.id}}
  - {name: done, request: "{{where}}", expect: {json: {$.state: done, $.id: "{{seen}}"}}, wait: 10s, every: 10ms}
always:
  - {request: "DELETE /api/cards/{{card}}", expect: {status: 204}}
"""


def test_a_user_signs_up_logs_in_posts_is_announced_and_sees_the_job_done(
    shop: Shop, target: Target
) -> None:
    # a path from a placeholder alone is written as a request of its own form
    result = go(WHOLE.replace('request: "{{where}}"', 'request: "/api/cards/{{card}}"'), target)
    assert result.verdict is Verdict.PASSED, words(result)
    assert [step.name for step in result.steps][-1] == "DELETE /api/cards/{{card}}"
    assert [step.tries for step in result.steps if step.name == "done"] == [3]
    assert shop.deleted == [1]
    assert shop.mails[0].endswith("@example.com")
    assert shop.cards == {}


def test_what_was_made_is_cleaned_up_also_after_a_failure(shop: Shop, target: Target) -> None:
    result = go(
        """\
steps:
  - {request: POST /api/cards, json: {title: a}, expect: {status: 201}, save: {card: $.id}}
  - {name: read, request: "/api/cards/{{card}}", expect: {json: {$.title: b}}}
  - {name: never, request: /api/cards/9}
always:
  - {request: "DELETE /api/cards/{{card}}", expect: {status: 204}}
""",
        target,
    )
    assert result.verdict is Verdict.FAILED
    assert result.failure == 'read: $.title is "a", expected "b"'
    assert [step.name for step in result.steps] == [
        "POST /api/cards",
        "read",
        "DELETE /api/cards/{{card}}",
    ]
    assert result.steps[-1].clean_up
    assert shop.deleted == [1]


def test_what_was_never_made_is_not_cleaned_and_a_failed_clean_up_is_a_failure(
    shop: Shop, target: Target
) -> None:
    never = """\
steps:
  - {name: nothing there, request: /api/cards/77, expect: {status: 200}, save: {card: $.id}}
always:
  - {request: "DELETE /api/cards/{{card}}"}
"""
    result = go(never, target)
    assert [step.name for step in result.steps] == ["nothing there"]
    assert result.failure == "nothing there: status 404, expected 200"
    left = go("steps: [{request: /echo}]\nalways: [{request: GET /api/cards/9}]\n", target)
    assert left.verdict is Verdict.FAILED
    assert shop.deleted == []


def test_a_failure_shows_what_was_sent_expected_and_received(target: Target) -> None:
    result = go(
        'steps: [{name: post, request: POST /api/cards, json: {title: "x"}, '
        "expect: {status: 200, headers: {X-Nothing: a, content-type: xml}, json: {$.id: '1', "
        '$.none: 1}, has: ["$.a"], lacks: ["$.id"], contains: absent}}]',
        target,
    )
    assert result.failure == (
        "post: status 201, expected 200; the header X-Nothing is missing, expected 'a' in it; "
        "the header content-type is 'application/json', expected 'xml' in it; "
        "'absent' is not in it; $.id is 1, expected \"1\"; $.none selects nothing, expected 1; "
        "$.a selects nothing but null; $.id is 1, expected nothing there"
    )
    assert result.steps[0].lines[0] == 'sent POST /api/cards {"title": "x"}'
    assert result.steps[0].lines[1] == "received 201 application/json"


@pytest.mark.parametrize(
    "step",
    [
        '{request: /echo, headers: {X-Key: "{{env.API_KEY}}"}, expect: {status: 500}}',
        '{request: "/echo?key={{env.API_KEY}}", expect: {json: {$.key: "{{env.API_KEY}}"}}}',
        '{request: POST /api/cards, json: {title: "{{env.API_KEY}}"}, expect: {status: 200}}',
        "{request: POST /api/login, json: {email: nobody}}",
        (
            "{request: POST /api/login, json: {email: nobody},"
            " expect: {status: 401, json: {$.access_token: other}}}"
        ),
        '{connect: /ws, send: "{{env.API_KEY}}", receive: {contains: never, within: 300ms}}',
    ],
)
def test_no_secret_stands_in_what_a_failure_shows(step: str, target: Target) -> None:
    result = go(f"steps: [{step}]", target)
    assert result.verdict is Verdict.FAILED
    assert API_KEY not in words(result)
    assert TOKEN not in words(result)
    assert "***" in words(result) or "X-Key" not in step


def test_saved_tokens_and_cookies_are_hidden_too(shop: Shop, target: Target) -> None:
    shop.mails.append("a@b")
    result = go(
        """\
steps:
  - {request: POST /api/login, json: {email: a@b}, save: {token: $.access_token}}
  - {request: /me, headers: {Authorization: "Bearer {{token}}"}, expect: {json: {$.user: me}, lacks: ["$.auth"]}}
""",
        target,
    )
    assert result.verdict is Verdict.FAILED
    assert '$.user is "you"' in result.failure
    assert TOKEN not in words(result)
    assert "cookie-value-9" not in words(result)


def test_a_skipped_journey_says_why_and_is_no_pass(shop: Shop, target: Target) -> None:
    """R157, R164."""
    without = go(
        "skip_when: {without: EMPTY, reason: no key}\nsteps: [{request: POST /api/cards}]", target
    )
    assert (without.verdict, without.reason, without.steps) == (Verdict.SKIPPED, "no key", ())
    assert shop.seen == []
    answered = go(
        """\
steps:
  - {request: POST /api/cards, json: {title: a}, save: {card: $.id}}
  - {name: sets, request: /api/cards/5, skip_when: {status: 404, reason: none built in}}
  - {name: never, request: /echo}
always: [{request: "DELETE /api/cards/{{card}}"}]
""",
        target,
    )
    assert (answered.verdict, answered.reason) == (Verdict.SKIPPED, "none built in")
    assert [step.name for step in answered.steps][1:] == ["sets", "DELETE /api/cards/{{card}}"]
    assert shop.deleted == [1]
    environment = EnvironmentId("shop", "staging")
    proved = journey_evidence(answered, environment=environment, at=5.0)
    assert proved.result is Result.NOT_CHECKED
    assert proved.says.ko == "건너뜀: none built in"


@pytest.mark.parametrize(
    ("skip", "verdict"),
    [
        ("json: {$.error: gone}", Verdict.SKIPPED),
        ("contains: gone", Verdict.SKIPPED),
        ("json: {$.error: other}", Verdict.FAILED),
        ("contains: other", Verdict.FAILED),
    ],
)
def test_an_answer_decides_whether_a_journey_is_skipped(
    skip: str, verdict: Verdict, target: Target
) -> None:
    step = f"{{request: /api/cards/5, skip_when: {{{skip}, reason: r}}}}"
    result = go(f"steps: [{step}]", target)
    assert result.verdict is verdict


def test_a_rate_limit_that_says_when_to_come_again_is_obeyed_within_the_steps_time(
    shop: Shop, target: Target
) -> None:
    assert go("steps: [{request: '/limited?times=2'}]\n", target).verdict is Verdict.PASSED
    assert shop.refusals == 3
    shop.refusals = 0
    result = go("steps: [{request: '/limited?times=999', timeout: 1s}]\n", target)
    assert result.failure.endswith("status 429, expected 200-399")
    shop.refusals = 0
    seen = go("steps: [{request: '/limited?times=9', expect: {status: 429}}]\n", target)
    assert (seen.verdict, shop.refusals) == (Verdict.PASSED, 1)


def test_waiting_ends_at_its_deadline_and_says_how_often_it_asked(target: Target) -> None:
    began = time.monotonic()
    result = go(
        "steps: [{name: job, request: /api/cards/5, expect: {json: {$.state: done}}, "
        "wait: 1s, every: 50ms}]",
        target,
    )
    assert time.monotonic() - began < 5
    assert result.steps[0].tries >= 3
    assert "times in 1 s)" in result.failure


def test_the_whole_journey_has_a_deadline(target: Target) -> None:
    began = time.monotonic()
    text = "deadline: 1s\nsteps:\n  - {connect: /ws, receive: {contains: x, within: 60s}}\n"
    result = go(text, target)
    assert result.verdict is Verdict.FAILED
    assert time.monotonic() - began < 10
    assert "nothing came" in result.failure


def test_other_messages_are_passed_over_and_shown_where_none_fits(target: Target) -> None:
    good = """\
steps:
  - {connect: /ws}
  - {connect: /ws, socket: second}
  - {request: POST /api/cards, json: {title: a}}
  - {receive: {json: {$.type: card}}}
  - {socket: second, receive: {json: {$.type: card}}}
  - {socket: second, send: {type: ping}, receive: {json: {$.heard: '{"type": "ping"}'}}}
"""
    assert go(good, target).verdict is Verdict.PASSED
    bad = "steps:\n  - {connect: /ws, send: hi, receive: {contains: zebra, within: 1s}}\n"
    result = go(bad, target)
    assert result.failure == "connect /ws: no such message within 1 s; 1 other came"
    assert 'received {"type":"pong","heard":"hi"}' in result.steps[0].lines
    refused = go("steps: [{connect: /no}]", target)
    assert "handshake failed" in refused.failure
    unopened = go("steps: [{send: hi}]", target)
    assert unopened.failure == "send: there is no open WebSocket called socket"


def test_forms_patterns_hosts_and_base_paths(target: Target, shop: Shop) -> None:
    result = go(
        """\
steps:
  - {request: POST /form, form: {email: "a&b@c"}, expect: {contains: a&b@c}, save: {csrf: 'match:name="csrf" value="([^"]+)"'}}
  - {request: /echo, host: other.example.com, headers: {X-Key: "{{csrf}}"}, expect: {json: {$.key: c5rf, $.host: other.example.com}}}
""",
        target,
    )
    assert result.verdict is Verdict.PASSED, words(result)
    below = run_journey(
        journey("steps: [{request: /echo, expect: {json: {$.host: shop.example.com}}}]"),
        replace(target, base_path="/api", host="shop.example.com"),
    )
    assert (
        below.failure
        == 'GET /echo: status 404, expected 200-399; $.host selects nothing, expected "shop.example.com"'
    )
    assert str(shop.seen[-1].url.path) == "/api/echo"


def test_nobody_there_is_a_failure_with_its_reason(target: Target) -> None:
    result = run_journey(journey("steps: [{request: /}]"), replace(target, port=1))
    assert result.failure == "GET /: connection refused"
    socket = run_journey(journey("steps: [{connect: /}]"), replace(target, port=1))
    assert socket.failure == "connect /: connection refused"


def test_a_missing_value_is_said_by_name(target: Target) -> None:
    result = go('steps: [{request: /echo, headers: {X-Key: "{{env.NOPE}}"}}]', target)
    assert result.failure == (
        "GET /echo: no value for {{env.NOPE}}: the application has no such variable"
    )
    values = go('values: {a: "{{env.NOPE}}"}\nsteps: [{request: /echo}]', target)
    assert values.verdict is Verdict.FAILED


def test_a_cancelled_journey_ends_soon_and_still_cleans_up(shop: Shop, target: Target) -> None:
    text = """\
steps:
  - {request: POST /api/cards, json: {title: a}, save: {card: $.id}}
  - {request: /api/cards/99, wait: 60s}
always: [{request: "DELETE /api/cards/{{card}}"}]
"""
    began = time.monotonic()
    result = run_journey(journey(text), target, cancelled=lambda: True)
    assert result.verdict is Verdict.FAILED
    assert time.monotonic() - began < 10
    assert shop.deleted == [1]


def test_the_target_of_an_environment_is_its_front_door() -> None:
    service = Service(
        name="api", role=Role.WEB, definition={}, environment=SecretMap({"API_KEY": "k"})
    )
    app: Any = Application(
        environment=EnvironmentId("shop", "staging"),
        services=(service,),
        routes=(),
        port=4400,
        hosts=("shop.example.com",),
        base_path="/shop",
    )
    target = target_of(app)
    assert (target.address, target.port, target.authority) == (
        "127.0.0.1",
        4400,
        "shop.example.com",
    )
    assert target.path("/api/cards") == "/shop/api/cards"
    assert target.variables["API_KEY"] == "k"
    assert "k'" not in repr(target)
    assert target_of(replace(app, address="::", hosts=())).authority == "[::1]:4400"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('steps: [{request: "/{{card}}"}]', "{{card}} has no value there"),
        ('steps: [{request: /, json: {a: ["{{random.name}}"]}}]', "{{random.name}} has no value"),
        ("steps: [{request: /, expect: {json: {'$[': 1}}}]", "is no JSON path"),
        ("steps: [{request: /, save: {a: 'match:('}}]", "is no regular expression"),
        ("steps: [{name: x}]", "a step needs request, connect, send or receive"),
        ("steps: [{connect: /ws, json: {}}]", "json needs a request"),
        ("steps: [{request: /, body: a, json: {}}]", "exclude each other"),
        ("steps: [{request: /, send: a}]", "send stands beside request"),
        ("skip_when: {reason: r, status: 404}\nsteps: [{request: /}]", "knows no answer yet"),
        ("skip_when: {reason: r}\nsteps: [{request: /}]", "not when"),
    ],
)
def test_a_journey_that_cannot_go_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Problem) as caught:
        journey(text)
    assert str(caught.value).startswith("shipway.yaml:")
    assert said in str(caught.value)
