"""What the checks of a commit mean for a promotion: a pure decision."""

from __future__ import annotations

from shipway.model.pipeline import GITHUB_API, CheckState, CiSettings, CommitCheck, Forge
from shipway.model.records import Commit, Release
from shipway.rollout.pipeline import judge

RELEASE = Release(
    project="shop",
    number=7,
    commit=Commit(hash="4f3b1c9a" * 5, subject="s", author="a", at=0, ref="HEAD"),
    artifacts={},
    created_at=0,
    created_by="kim",
)


def settings(*names: str) -> CiSettings:
    return CiSettings(forge=Forge.GITHUB, repository="acme/shop", url=GITHUB_API, checks=names)


def check(name: str, state: CheckState = CheckState.PASSED) -> CommitCheck:
    return CommitCheck(name=name, state=state)


def test_all_that_ran_must_have_passed() -> None:
    assert judge(settings(), RELEASE, [check("backend"), check("web")]).stops == ()
    view = judge(settings(), RELEASE, [check("backend"), check("web", CheckState.FAILED)])
    assert view.stops == ("CI check 'web' failed",)
    assert view.notes == ("CI of 4f3b1c9a: 1 passed, 1 failed",)


def test_a_check_that_goes_on_is_no_pass() -> None:
    view = judge(settings(), RELEASE, [check("backend", CheckState.PENDING)])
    assert view.stops == ("CI check 'backend' has not ended yet",)


def test_a_commit_that_nothing_looked_at_is_no_pass() -> None:
    view = judge(settings(), RELEASE, [])
    assert view.stops == ("CI of acme/shop has no check of 4f3b1c9a",)
    assert judge(settings(), RELEASE, [check("docs", CheckState.SKIPPED)]).stops != ()


def test_the_deployment_itself_does_not_wait_for_itself() -> None:
    going = [check("ci / backend"), check("production", CheckState.PENDING)]
    assert judge(settings(), RELEASE, going, aside=("staging", "production")).stops == ()


def test_named_checks_alone_count_and_each_must_have_run() -> None:
    view = judge(
        settings("ci / backend", "ci / web"),
        RELEASE,
        [check("ci / backend"), check("lint", CheckState.FAILED)],
    )
    assert view.stops == ("CI check 'ci / web' has not run",)
    skipped = [check("ci / backend", CheckState.SKIPPED)]
    assert judge(settings("ci / backend"), RELEASE, skipped).stops == (
        "CI check 'ci / backend' was skipped",
    )
    twice = [check("a"), check("a", CheckState.FAILED)]
    assert judge(settings("a"), RELEASE, twice).stops == ("CI check 'a' failed",)
