"""Running: waivers, choices, and what a report says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from shipway.checks import Result, all_checks, check_files
from shipway.checks.publish import DOCUMENT, published
from shipway.errors import Problem
from tests.checks.cases.shape import Texts

Make = Callable[[Texts], Path]
DAY = date(2026, 3, 2)
FAULTY = {"compose.yaml": "services:\n  db:\n    image: postgres:16\n    ports: ['5432:5432']\n"}


def waived(until: date) -> Texts:
    waiver = (
        f"{{check: compose.published-store, reason: behind a tunnel, by: Mina, until: {until}}}"
    )
    return {**FAULTY, "shipway.yaml": f"project: shop\nwaivers: [{waiver}]\n"}


def test_a_failed_error_stops_a_deploy(project: Make) -> None:
    report = check_files(project(FAULTY), today=DAY, only=["compose.published-store"])
    (outcome,) = report.failed_errors
    assert outcome.result is Result.FAILED
    assert outcome.at == DAY


def test_a_waiver_holds_to_the_end_of_its_day_and_shows(project: Make) -> None:
    """Issue 4: a waiver needs a reason, a name and an end date, and shows."""
    report = check_files(project(waived(DAY)), today=DAY, only=["compose.published-store"])
    (outcome,) = report.outcomes
    assert outcome.waived
    assert outcome.result is Result.FAILED
    assert not report.failed_errors


def test_an_expired_waiver_does_not_count_and_shows(project: Make) -> None:
    root = project(waived(DAY - timedelta(days=1)))
    report = check_files(root, today=DAY, only=["compose.published-store"])
    (outcome,) = report.failed_errors
    assert not outcome.waived
    assert outcome.waiver is not None


def test_nothing_to_look_at_is_not_a_pass(project: Make) -> None:
    report = check_files(project({"README": "nothing\n"}), today=DAY, only=["proxy"])
    assert {item.result for item in report.outcomes} == {Result.NOT_CHECKED}


def test_all_that_a_commit_brings_is_what_git_keeps(project: Make) -> None:
    """A gate sees a commit's files without their repository."""
    root = project(
        {".env": "STRIPE_SECRET_KEY=sk_live_4f3b1c9a77d2e8b6c0a1\n", ".env.example": "A=\n"}
    )
    shutil.rmtree(root / ".git")
    checks = ["secrets.env-tracked", "secrets.env-not-ignored"]
    ids = {
        item.check.id: item.result for item in check_files(root, today=DAY, only=checks).outcomes
    }
    assert set(ids.values()) == {Result.NOT_CHECKED}, "there is no repository"
    report = check_files(root, today=DAY, only=checks, exported=True)
    assert {item.check.id: item.result for item in report.outcomes} == {
        "secrets.env-tracked": Result.FAILED,
        "secrets.env-not-ignored": Result.NOT_CHECKED,  # its .gitignore is not all that git asks
    }


def test_an_unknown_check_names_the_nearest_ones(project: Make) -> None:
    with pytest.raises(Problem, match=r"no check and no area called 'compose\.reloud'") as caught:
        check_files(project(FAULTY), today=DAY, only=["compose.reloud"])
    assert any("compose.reload" in hint for hint in caught.value.hints)


def test_outside_of_a_repository_all_files_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(FAULTY["compose.yaml"])
    report = check_files(tmp_path, today=DAY, only=["compose.published-store", "secrets"])
    assert {item.check.id for item in report.failed_errors} == {"compose.published-store"}
    assert report.count(Result.NOT_CHECKED) >= 3


def test_a_file_of_development_is_not_judged_as_production(project: Make) -> None:
    faulty = FAULTY["compose.yaml"]
    good = faulty.replace("    ports: ['5432:5432']\n", "")
    for name in ("compose.override.yaml", "docker-compose.dev.yml", "tests/compose.yaml"):
        root = project({"compose.yaml": good, name: faulty})
        report = check_files(root, today=DAY, only=["compose.published-store"])
        assert report.count(Result.PASSED) == 1, name


def test_a_file_for_servers_takes_the_place_of_the_default_one(project: Make) -> None:
    """R081: docker-compose.prod.yml is what is deployed."""
    root = project(
        {
            "docker-compose.yml": FAULTY["compose.yaml"],
            "docker-compose.prod.yml": "services:\n  db: {image: 'postgres:16'}\n",
        }
    )
    report = check_files(root, today=DAY, only=["compose.published-store"])
    assert report.count(Result.PASSED) == 1


def test_an_overlay_for_servers_is_read_on_top_of_the_default_file(project: Make) -> None:
    root = project(
        {
            **FAULTY,
            "compose.prod.yaml": "services:\n  db:\n    ports: !reset []\n    restart: always\n",
        }
    )
    report = check_files(root, today=DAY, only=["compose.published-store"])
    assert report.count(Result.PASSED) == 1


def test_the_document_lists_the_checks_as_they_are() -> None:
    """`python -m shipway.checks.publish` writes the tables of docs/checks.md."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == published(text)


def test_a_scanner_that_breaks_is_no_pass(
    project: Make, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path_factory.mktemp("bin")
    (programs / "hadolint").write_text("#!/bin/sh\nexit 3\n")
    (programs / "hadolint").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    root = project({"Dockerfile": "FROM python:3.12\n"})
    (outcome,) = check_files(root, today=DAY, only=["images.hadolint"]).outcomes
    assert outcome.result is Result.NOT_CHECKED
    assert "did not end well" in outcome.evidence.en


def test_one_is_never_spoken_of_as_many() -> None:
    for check in all_checks():
        one, two = (check.needs.found(n).en for n in (1, 2))
        assert one.startswith("1 ")
        assert two.startswith("2 ")
        assert one[2:] != two[2:], check.id


def test_what_is_judged_is_what_is_deployed(project: Make) -> None:
    """Without `compose:` Shipway takes the default file and its override, as Docker Compose does."""
    faulty = FAULTY["compose.yaml"]
    good = faulty.replace("    ports: ['5432:5432']\n", "")
    root = project(
        {
            "shipway.yaml": "project: shop\n",
            "compose.yaml": good,
            "compose.override.yaml": faulty,
            "docker-compose.prod.yml": good,
        }
    )
    report = check_files(root, today=DAY, only=["compose.published-store"])
    assert report.count(Result.FAILED) == 1
