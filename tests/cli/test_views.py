"""What a person reads, as pure functions give it: snapshots."""

from __future__ import annotations

from inspect import cleandoc

from shipway.cli.console import Paint
from shipway.cli.follow import rollout_lines
from shipway.cli.history import audit_lines, release_lines
from shipway.cli.outcome import failure_lines, success_lines
from shipway.cli.plan_view import plan_lines
from shipway.cli.status_view import status_lines
from tests.cli.views import (
    NOW,
    UNHEALTHY,
    commit,
    environment,
    plan,
    rollout,
    service,
    status,
)

PLAIN = Paint(wanted=False)


def text(lines: list[str]) -> str:
    return "\n".join(lines).rstrip()


def expected(snapshot: str) -> str:
    return cleandoc(snapshot)


def test_a_plan_shows_what_serves_what_will_and_all_that_differs() -> None:
    promotion = plan(
        kind="promote",
        environment="production",
        release="r42",
        live="r41",
        commits=["+ aaaaaaa Add labels", "+ bbbbbbb 라벨 모델"],
        migrations=["migrations/versions/0003_labels.py"],
        artifacts=["api: 1f00 → 2e11", "web: 77aa (new)"],
        changes=["api: variable LABELS_MAX added"],
        built_in=["web: API_URL was built in for staging; production wants another value"],
        notes=["worker is taken as worker, because it has no port and no route."],
    )
    assert text(plan_lines(promotion, PLAIN, now=NOW)) == expected(
        """
        Promote shop to production

          now   r41
          then  r42 aaaaaaaa Add labels  kim, 2 h old

          commits
            + aaaaaaa Add labels
            + bbbbbbb 라벨 모델

          migrations
            migrations/versions/0003_labels.py

          artifacts
            api: 1f00 → 2e11
            web: 77aa (new)

          configuration
            api: variable LABELS_MAX added

          built in
            web: API_URL was built in for staging; production wants another value

          notes
            worker is taken as worker, because it has no port and no route.

          fetch the commit → build, or reuse what is built → healthy → switch
        """
    )


def test_a_first_deploy_of_a_dirty_tree_says_what_stays_out() -> None:
    first = plan(live=None, commit=commit(ref="HEAD", dirty=True))
    assert text(plan_lines(first, PLAIN, now=NOW, columns=40)) == expected(
        """
        Deploy shop to staging

          now   nothing is live
          then  a new release of aaaaaaaa Add labels  kim, 2 h old (HEAD)

          ! the working tree has changes that are not committed: they stay out

          fetch the commit →
          build, or reuse what is built →
          healthy → switch
        """
    )


def test_long_lists_of_commits_are_cut() -> None:
    many = plan(commits=[f"+ {number:07d} change" for number in range(20)])
    lines = plan_lines(many, PLAIN, now=NOW)
    assert "    … and 8 more commits" in lines
    assert sum("change" in line for line in lines) == 12


def test_status_is_read_in_one_glance() -> None:
    page = status(
        environment(
            "staging",
            urls=["http://127.0.0.1:4400/"],
            live={"release": "r42", "commit": commit()},
            live_since=NOW - 90,
            services=[service("api", health="healthy")],
        ),
        environment(),
    )
    assert text(status_lines(page, PLAIN, now=NOW, ahead={"shop": 3})) == expected(
        """
        shop

          ● production  up  r41 bbbbbbbb Fix the feed
            http://127.0.0.1:4500/  engine docker  live for 1 h
              api     web     2/2  healthy
              worker  worker  1/1
            a rollback goes to r40 (warm: at once)

          ● staging     up  r42 aaaaaaaa Add labels
            http://127.0.0.1:4400/  engine docker  live for 1 min 30 s
              api  web  1/1  healthy
            a rollback goes to r40 (warm: at once)
            3 commits ahead of production: shipway promote
        """
    )


def test_status_says_what_is_wrong_and_what_to_type() -> None:
    page = status(
        environment(
            good=False,
            services=[
                service("api", wanted=2, running=1, restarts=3, health="unhealthy", good=False),
                service("db", "stateful", health="healthy"),
            ],
            rollback_to="r40",
            kept=[{"release": "r40", "state": "stopped", "connections": 0, "subject": ""}],
            active=rollout(state="stuck"),
        ),
        environment(
            "staging",
            good=False,
            services=[service("api", running=0, good=False)],
            rollback_to=None,
            last=rollout(state="failed", problem=UNHEALTHY, finished_at=NOW - 60),
        ),
        environment(
            "trial",
            live=None,
            live_since=None,
            urls=[],
            services=[],
            rollback_to=None,
            good=False,
            active=rollout(id=9, state="running", created_at=NOW - 4),
        ),
        running=False,
    )
    assert text(status_lines(page, PLAIN, now=NOW, ahead={})) == expected(
        """
        shop

          ● production  degraded  r41 bbbbbbbb Fix the feed
            http://127.0.0.1:4500/  engine docker  live for 1 h
            ! api  web       1/2  unhealthy  3 restarts
              db   stateful  1/1  healthy
            ! deploy #7 is stuck: shipway resume 7 or shipway abort 7
            a rollback goes to r40 (stopped: started again)

          ● staging     down  r41 bbbbbbbb Fix the feed
            http://127.0.0.1:4500/  engine docker  live for 1 h
            ! api  web  0/1
            ! deploy #7 failed 1 min ago: api: release r42 failed its health check: GET /up answered 502 for 30 s.

          ○ trial       nothing live
            engine docker
            … deploy #9 by kim, running for 4.0 s: shipway follow 9

        ● the ingress does not run: no request is answered
        """
    )


def test_status_tells_why_an_engine_cannot_be_asked() -> None:
    problem = {**UNHEALTHY, "message": "no Docker Engine answers.", "details": [], "hints": []}
    view = environment(good=False, problem=problem, services=[], rollback_to=None)
    lines = status_lines(status(view), PLAIN, now=NOW, ahead={})
    assert "  ● production  unknown  r41 bbbbbbbb Fix the feed" in lines
    assert "    ! no Docker Engine answers." in lines


def test_success_names_the_way_back_and_how_long_it_takes() -> None:
    view = environment("staging")
    assert text(success_lines(rollout(), view, PLAIN)) == expected(
        """
        ● r42 is live in staging  http://127.0.0.1:4500/
          switched after 2.1 s, done after 2.9 s
          back to r40 (still warm: at once): shipway rollback staging
        """
    )
    back = rollout(kind="rollback", release="r41", previous="r42", environment="production")
    assert success_lines(back, view, PLAIN)[-1] == (
        "  forward again: shipway rollback production --to r42"
    )


def test_failure_shows_evidence_hints_and_what_still_serves() -> None:
    failed = rollout(state="failed", problem=UNHEALTHY)
    assert text(failure_lines(failed, "staging is as it was before.", PLAIN)) == expected(
        """
        Error  api: release r42 failed its health check: GET /up answered 502 for 30 s.
               r41 still serves staging.
          | api-1: KeyError: 'DATABASE_URL'
        Hint   shipway logs api --release r42

        staging is as it was before.
        """
    )


def test_what_somebody_aborted_is_no_error() -> None:
    cancelled = {**UNHEALTHY, "kind": "cancelled", "message": "aborted on request before switch."}
    lines = failure_lines(rollout(state="failed", problem=cancelled), "", PLAIN)
    assert lines == ["↶ deploy #7: aborted on request before switch."]


def test_releases_show_where_each_one_is() -> None:
    releases = [
        {
            "release": "r42",
            "commit": commit(),
            "created_at": NOW - 60,
            "created_by": "kim",
            "placements": [{"environment": "staging", "state": "live"}],
        },
        {
            "release": "r9",
            "commit": commit("Older", "c"),
            "created_at": NOW - 86400 * 3,
            "created_by": "lee",
            "placements": [
                {"environment": "staging", "state": "removed"},
                {"environment": "production", "state": "stopped"},
            ],
        },
    ]
    assert text(release_lines(releases, PLAIN, now=NOW)) == expected(
        """
        ● r42  aaaaaaaa  Add labels  1 min ago   kim  staging live
          r9   cccccccc  Older       3 days ago  lee  production stopped
        """
    )


def test_rollouts_are_a_table() -> None:
    rollouts = [
        rollout(id=12, state="running", finished_at=None, release=None, created_at=NOW - 3),
        rollout(id=9, state="failed", created_at=NOW - 100, finished_at=NOW - 70),
    ]
    assert text(rollout_lines(rollouts, PLAIN, now=NOW)) == expected(
        """
        … #12  deploy  shop/staging  r41 → ?    running  3.0 s  just now   kim
        ✗ #9   deploy  shop/staging  r41 → r42  failed   30 s   1 min ago  kim
        """
    )


def test_the_audit_trail_names_who_what_and_where() -> None:
    """R100."""
    entry = {
        "at": NOW,
        "who": "kim",
        "action": "deploy",
        "project": "shop",
        "environment": "staging",
        "details": {"rollout": 7, "release": 42, "problem": None},
    }
    (line,) = audit_lines([entry], PLAIN)
    assert line.endswith("  kim  deploy  shop/staging  rollout #7  release r42")
