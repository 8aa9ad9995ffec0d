"""What a load may be: bounded, and on this machine."""

from __future__ import annotations

import pytest

from shipway.demo.load import LoadPlan
from shipway.demo.load.__main__ import main
from shipway.demo.load.answer import AnswerReader
from shipway.demo.load.requests import ordinary_requests
from shipway.errors import Problem


@pytest.mark.parametrize(
    "base",
    ["http://127.0.0.1:4500", "http://localhost:4500/", "http://[::1]:80", "http://127.9.9.9"],
)
def test_loopback_is_a_target(base: str) -> None:
    assert LoadPlan(base=base).port in {80, 4500}


@pytest.mark.parametrize(
    "base",
    [
        "http://example.com",
        "http://10.0.0.1:4500",
        "http://localhost.example.com",
        "https://127.0.0.1",
        "http://127.0.0.1:4500/shop",
        "127.0.0.1:4500",
        "http://",
    ],
)
def test_other_targets_are_refused(base: str) -> None:
    with pytest.raises(Problem) as caught:
        LoadPlan(base=base)
    assert caught.value.kind == "load-target-refused"


def test_another_host_must_be_allowed_by_name() -> None:
    assert LoadPlan(base="http://10.0.0.1:4500", allow_hosts=["10.0.0.1"]).host == "10.0.0.1"
    with pytest.raises(Problem):
        LoadPlan(base="http://10.0.0.2:4500", allow_hosts=["10.0.0.1"])


@pytest.mark.parametrize(
    "words",
    [
        ["--rate", "1000000"],
        ["--rate", "-1"],
        ["--rate", "nan"],
        ["--websockets", "5000"],
        ["--seconds", "1e9"],
        ["--post-share", "2"],
        ["--connections", "0"],
        ["--path", "api"],
        ["--path", "/x HTTP/1.1\r\nX: y"],
    ],
)
def test_a_load_out_of_bounds_is_refused_before_anything_is_sent(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--base", "http://127.0.0.1:9", *words]) == 2
    assert capsys.readouterr().err


def test_the_same_plan_sends_the_same_requests() -> None:
    plan = LoadPlan(base="http://127.0.0.1:4500", post_share=0.2)
    first, second = ordinary_requests(plan), ordinary_requests(plan)
    sent = [next(first) for _ in range(50)]
    assert sent == [next(second) for _ in range(50)]
    assert sum(request.method == "POST" for request in sent) == 10
    assert b"Host: 127.0.0.1:4500\r\n" in sent[0].wire


def test_an_answer_is_read_the_same_in_whatever_pieces_it_comes() -> None:
    wire = (
        b"HTTP/1.1 200 OK\r\nX-Release: r7\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5;x=y\r\nhe\r\no\r\n1\r\n!\r\n0\r\n\r\n"
    )
    for step in range(1, len(wire) + 1):
        reader = AnswerReader()
        for start in range(0, len(wire), step):
            assert not reader.complete
            reader.feed(wire[start : start + step])
        assert reader.complete
        assert (reader.status, reader.header(b"x-release")) == (200, "r7")
