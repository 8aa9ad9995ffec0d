"""deploy, promote, rollback, follow, resume, abort: what is asked, said, and returned."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from shipway.cli import following
from shipway.errors import Problem
from tests.cli.conftest import Type
from tests.cli.fake import CUT, FakeDaemon, Stream
from tests.cli.views import BAD, GOOD, UNHEALTHY, environment, line, plan, rollout, status

pytestmark = pytest.mark.usefixtures("project")

STUCK_LINES = [*BAD[:-1], line(39, "finished", "rollout #7 is stuck; staging stays locked.")]


@pytest.fixture
def good(daemon: FakeDaemon) -> FakeDaemon:
    """Return a daemon whose rollout #7 succeeds."""
    daemon.post("/plans", plan())
    daemon.post("/rollouts", rollout(state="running"))
    daemon.get("/rollouts/7/progress", Stream([*GOOD, {"rollout": rollout()}]))
    daemon.get("/rollouts/7", rollout())
    daemon.get("/rollouts", {"rollouts": [rollout()]})
    daemon.get("/status", status(environment("staging"), environment()))
    daemon.get("/projects/shop/environments/staging", environment("staging"))
    return daemon


@pytest.fixture
def bad(good: FakeDaemon) -> FakeDaemon:
    """Return a daemon whose rollout #7 fails."""
    failed = rollout(state="failed", problem=UNHEALTHY, switched_at=None)
    good.get("/rollouts/7/progress", Stream([*BAD, {"rollout": failed}]))
    good.get("/rollouts/7", failed)
    return good


def test_a_deploy_shows_the_plan_the_steps_and_what_is_live(
    good: FakeDaemon, project: Path, typed: Type
) -> None:
    result = typed("deploy", "-y")
    assert result.code == 0, result.err
    assert result.out == (
        "Deploy shop to staging\n"
        "\n"
        "  now   r41\n"
        f"  then  a new release of aaaaaaaa Add labels  kim, {age(result.out)} old (HEAD)\n"
        "\n"
        "  fetch the commit → build, or reuse what is built → healthy → switch\n"
        "\n"
        "… fetch the commit\n"
        "    aaaaaaaa Add labels\n"
        "✓ fetch the commit                   2.0 s\n"
        "… build, or reuse what is built\n"
        "    release r42\n"
        "✓ build, or reuse what is built      4.0 s\n"
        "… switch\n"
        "✓ switch                             1.0 s\n"
        "\n"
        "● r42 is live in staging  http://127.0.0.1:4500/\n"
        "  switched after 2.1 s, done after 2.9 s\n"
        "  back to r40 (still warm: at once): shipway rollback staging\n"
    )
    (asked,) = good.bodies("/plans")
    assert asked == {
        "kind": "deploy",
        "environment": "staging",
        "ref": "HEAD",
        "directory": str(project),
        "engine": None,
    }
    assert good.asked[-1].user == "kim"


def age(out: str) -> str:
    """Return how old the commit is said to be: it depends on today."""
    return out.partition("kim, ")[2].partition(" old")[0]


def test_what_was_agreed_to_is_what_is_begun(good: FakeDaemon, typed: Type) -> None:
    typed("deploy", "-y", "--detach")
    assert good.bodies("/rollouts")[0]["ref"] == "a" * 40
    good.post("/plans", plan(kind="rollback", release="r40"))
    typed("rollback", "-y", "--detach")
    assert good.bodies("/rollouts")[1]["release"] == 40


def test_without_a_terminal_nothing_is_done_unasked(good: FakeDaemon, typed: Type) -> None:
    result = typed("promote", "--to", "production")
    assert result.code == 2
    assert result.err == (
        "Error  nobody can be asked here, and -y was not given. Nothing was changed.\n"
        "Hint   shipway promote --to production -y\n"
    )
    assert good.bodies("/rollouts") == []


@pytest.mark.usefixtures("good")
def test_json_is_the_progress_and_the_rollout_and_nothing_else(typed: Type) -> None:
    result = typed("deploy", "--json", "-y")
    assert result.code == 0
    assert [json.loads(text) for text in result.out.splitlines()] == [
        *GOOD,
        {"rollout": rollout()},
    ]
    assert result.err == ""


@pytest.mark.usefixtures("bad")
def test_a_failed_rollout_ends_in_one_clear_problem(typed: Type) -> None:
    """R084."""
    result = typed("deploy", "-y")
    assert result.code == 1
    assert result.out.endswith(
        "↶ build, or reuse what is built       what was built stays, for the next try\n"
        "\n"
        "Error  api: release r42 failed its health check: GET /up answered 502 for 30 s.\n"
        "       r41 still serves staging.\n"
        "  | api-1: KeyError: 'DATABASE_URL'\n"
        "Hint   shipway logs api --release r42\n"
        "\n"
        "staging is as it was before. r41 still serves staging.\n"
    )
    assert typed("deploy", "--json", "-y").code == 1


def test_a_refused_plan_is_a_problem_in_both_forms(good: FakeDaemon, typed: Type) -> None:
    refusal = Problem("nothing-to-promote", "nothing is live.", hints=["shipway deploy staging"])
    good.post("/plans", refusal)
    good.post("/rollouts", refusal)
    result = typed("promote", "-y")
    assert (result.code, result.err) == (
        1,
        "Error  nothing is live.\nHint   shipway deploy staging\n",
    )
    result = typed("promote", "--json", "-y")
    assert result.code == 1
    assert json.loads(result.out) == {"problem": refusal.as_dict()}


@pytest.mark.usefixtures("good")
def test_detach_says_how_to_follow(typed: Type) -> None:
    result = typed("deploy", "-y", "--detach")
    assert result.out.endswith("Rollout #7 has begun: shipway follow 7\n")
    assert json.loads(typed("deploy", "--json", "-y", "--detach").out)["rollout"]["id"] == 7


@pytest.mark.usefixtures("good")
def test_verbose_shows_the_output_of_builds(typed: Type) -> None:
    """R076."""
    assert "    | api: step 1 of 2\n" in typed("deploy", "-y", "-v").out
    assert "step 1 of 2" not in typed("deploy", "-y").out


def test_notes_of_the_plan_are_not_repeated(good: FakeDaemon, typed: Type) -> None:
    good.post("/plans", plan(notes=["release r42"]))
    assert typed("deploy", "-y").out.count("release r42") == 1


def test_a_wrong_release_is_refused_before_anything_is_asked(good: FakeDaemon, typed: Type) -> None:
    result = typed("rollback", "--to", "yesterday", "-y")
    assert result.code == 1
    assert "'yesterday' is not a release" in result.err
    assert good.asked == []


def test_outside_of_a_project_it_says_where_it_looked(
    good: FakeDaemon, typed: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = typed("deploy", "-y")
    assert result.code == 1
    assert f"no shipway.yaml in {tmp_path} or above" in result.err
    assert good.asked == []


def test_a_project_is_found_from_below_and_by_option(
    good: FakeDaemon, project: Path, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = project / "src" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    typed("deploy", "-y", "--detach")
    monkeypatch.chdir("/")
    typed("-C", str(below), "deploy", "-y", "--detach")
    assert [body["directory"] for body in good.bodies("/plans")] == [str(project)] * 2


def test_follow_takes_the_projects_latest_rollout(
    good: FakeDaemon, project: Path, typed: Type
) -> None:
    good.get("/projects", {"projects": [{"name": "shop", "directory": str(project)}]})
    others = rollout(id=8, project="blog")
    good.get("/rollouts", {"rollouts": [others, rollout()]})
    result = typed("follow")
    assert result.code == 0, result.err
    assert "● r42 is live in staging" in result.out


def test_a_daemon_that_comes_back_is_followed_after_the_last_line(
    good: FakeDaemon, typed: Type
) -> None:
    good.get(
        "/rollouts/7/progress",
        Stream([*GOOD[:4], CUT]),
        Stream([*GOOD[4:], {"rollout": rollout()}]),
    )
    good.get("/rollouts/7", rollout(state="running"), rollout())
    result = typed("deploy", "--json", "-y")
    assert result.code == 0, result.err
    assert [item.query.get("after") for item in good.asked if "progress" in item.path] == [
        "0",
        "4",
    ]
    assert len(result.out.splitlines()) == len(GOOD) + 1


def test_a_daemon_that_dies_and_returns_costs_a_note(good: FakeDaemon, typed: Type) -> None:
    dead = threading.Event()

    def die(_request: object) -> Stream:
        def lines() -> object:
            yield GOOD[0]
            good.stop()
            threading.Timer(0.2, good.start).start()
            dead.set()
            yield CUT

        return Stream(lines())  # type: ignore[arg-type]

    good.get("/rollouts/7/progress", die, Stream([*GOOD[1:], {"rollout": rollout()}]))
    result = typed("follow", "7")
    assert dead.is_set()
    assert result.code == 0, result.err
    assert "the daemon does not answer; the rollout goes on" in result.err
    assert "the daemon is back" in result.err


def test_a_daemon_that_stays_away_is_a_problem_with_the_next_command(
    good: FakeDaemon, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "RECONNECT_S", 0.1)

    def die(_request: object) -> Stream:
        good.stop()
        return Stream([CUT])

    good.get("/rollouts/7/progress", die)
    result = typed("follow", "7")
    assert result.code == 1
    assert "rollout #7 goes on when the daemon starts again" in result.err
    assert "Hint   shipway follow 7\n" in result.err


def test_a_stuck_rollout_ends_the_watching_though_its_stream_goes_on(
    good: FakeDaemon, typed: Type
) -> None:
    never = threading.Event()
    stuck = rollout(state="stuck", problem=UNHEALTHY)
    good.get("/rollouts/7/progress", Stream([*STUCK_LINES, never]))
    good.get("/rollouts/7", stuck)
    result = typed("follow", "7")
    never.set()
    assert result.code == 1
    assert result.out.endswith("rollout #7 is stuck; staging stays locked.\n")


def test_resume_shows_only_what_is_new_under_the_names_of_before(
    good: FakeDaemon, typed: Type
) -> None:
    new = [line(40, "undo-started", "healthy", "healthy"), line(41, "undo-done", "gone", "healthy")]
    end = [line(42, "finished", "staging is as it was."), {"rollout": rollout(state="failed")}]
    good.get("/rollouts/7/progress", Stream(STUCK_LINES), Stream([*new, *end]))
    good.get("/rollouts/7", rollout(state="failed", problem=UNHEALTHY))
    good.post("/rollouts/7/resume", rollout(state="running"))
    result = typed("resume", "7")
    assert result.code == 1
    assert result.out.startswith("↶ healthy                             gone\n\nError")


def test_an_abort_that_undid_everything_succeeded(good: FakeDaemon, typed: Type) -> None:
    cancelled = {**UNHEALTHY, "kind": "cancelled", "message": "aborted on request before switch."}
    ended = rollout(state="failed", problem=cancelled)
    good.get("/rollouts/7", rollout(state="running"), ended)
    good.get("/rollouts/7/progress", Stream(BAD[:3]), Stream([*BAD[4:], {"rollout": ended}]))
    good.post("/rollouts/7/abort", rollout(state="unwinding"))
    assert typed("abort", "7").code == 2
    result = typed("abort", "7", "-y")
    assert result.code == 0
    assert "↶ deploy #7: aborted on request before switch.\n" in result.out


@pytest.mark.usefixtures("good")
def test_rollouts_are_listed_in_both_forms(typed: Type) -> None:
    assert typed("rollouts").out.startswith("✓ #7  deploy  shop/staging  r41 → r42  succeeded")
    assert json.loads(typed("rollouts", "--json").out) == {"rollouts": [rollout()]}
