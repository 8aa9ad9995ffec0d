"""The course's own parts, without a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.systems import jarvis
from tests.systems.account import Account
from tests.systems.repository import Repository


def test_a_copy_has_a_name_and_ports_of_its_own_and_its_second_version_is_one_line(
    tmp_path: Path,
) -> None:
    ports = {"staging": 21001, "production": 21002}
    copy = Repository(jarvis.SYSTEM, tmp_path / "copy", project="jarvis-1234", ports=ports)
    spec = (copy.directory / "shipway.yaml").read_text()
    assert spec.startswith("project: jarvis-1234\n")
    assert "port: 21001" in spec
    assert "port: 4500" not in spec
    copy.change()
    change = jarvis.SYSTEM.change
    assert change.new in (copy.directory / change.path).read_text()
    with pytest.raises(AssertionError, match="0 times, not once"):
        copy.change()


def test_the_line_names_stand_ins_and_counts_what_was_not_checked() -> None:
    account = Account(
        name="shop",
        services=3,
        requests=1200,
        journeys=("journey.a",),
        journeys_skipped=("journey.b",),
        checks={"passed": 9, "failed": 1, "not checked": 4},
        stand_ins={"MinIO": "moto, no image here"},
    )
    assert account.line == (
        "shop: 3 services; first deploy 0.0 s, a code change 0.0 s; promote 0.0 s, "
        "rollback 0.0 s; drill 0.0 s; 1200 requests, 0 failed; journeys 1 passed (1 skipped); "
        "checks 9 passed, 1 failed, 4 not checked; stand-ins: MinIO (moto, no image here)"
    )


def test_figures_beyond_the_documents_and_failed_requests_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER_COUNT", raising=False)
    good = Account(name="shop", requests=10, promote_s=29.0, rollback_s=1.0)
    assert good.broken() == []
    good.promote_s, good.failed, good.failures = 31.0, 2, {"reset": 2}
    assert good.broken() == [
        "promotion (R192): 31.0 s, promised 30 s",
        "2 of 10 requests failed: {'reset': 2}",
    ]
    assert Account(name="shop").broken() == ["0 of 0 requests failed: {}"]


def test_a_course_beside_others_may_take_its_part_of_the_machine_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "2")
    account = Account(name="shop", requests=10, failed=1, promote_s=59.0)
    assert account.broken() == ["1 of 10 requests failed: {}"]
    account.failed, account.promote_s = 0, 61.0
    assert account.broken() == [
        "promotion (R192): 61.0 s, promised 30 s, here one of 2 that share it"
    ]
