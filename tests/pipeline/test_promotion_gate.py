"""The CI of a commit holds up its promotion, with a real daemon and a real HTTP server."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from shipway.errors import Problem
from tests.pipeline.forge import TOKEN, forge
from tests.support.asking import releases_answering
from tests.support.running import Shipway, free_ports
from tests.support.tinyapp import SPEC, TinyApp, Variant


def head(app: TinyApp) -> str:
    argv = ["git", "-C", str(app.directory), "rev-parse", "HEAD"]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()


def promoted(shipway: Shipway, app: TinyApp, **more: object) -> Problem:
    return shipway.refused("promote", app.directory, "production", **more)


def test_a_promotion_waits_for_the_commits_ci(shipway: Shipway, app: TinyApp) -> None:
    """R202: the checks of exactly the release's commit; asked with a secret's token."""
    with forge() as server:
        server.private = True
        ci = f"ci: {{gitea: acme/shop, url: '{server.url}', token: CI_TOKEN}}\n"
        app.commit(Variant(version="v1"), shipway__yaml=SPEC + ci)
        shipway.rolled("deploy", app.directory, "staging")
        assert "CI_TOKEN, with which CI is asked, is not set" in str(promoted(shipway, app))
        shipway.client.post(
            f"/projects/{app.project}/environments/production/secrets",
            {"put": {"CI_TOKEN": TOKEN}},
        )

        problem = promoted(shipway, app)
        assert problem.kind == "gate-closed"
        assert "has no check of" in problem.details[0]

        server.statuses[head(app)] = [{"context": "backend", "status": "pending"}]
        assert promoted(shipway, app).details == ("CI check 'backend' has not ended yet",)
        server.statuses[head(app)] = [{"context": "backend", "status": "failure"}]
        problem = promoted(shipway, app)
        assert problem.details == ("CI check 'backend' failed",)
        assert "CI has not passed" in problem.message
        assert TOKEN not in str(problem) + shipway.log()

        server.statuses[head(app)] = [{"context": "backend", "status": "success"}]
        rollout = shipway.rolled("promote", app.directory, "production")
        assert "CI of " in shipway.story(rollout["id"])
        assert releases_answering(app.production) == {"r1"}

        # what passed for one commit says nothing of the next
        app.commit(Variant(version="v2"), shipway__yaml=SPEC + ci)
        shipway.rolled("deploy", app.directory, "staging")
        assert "has no check of" in promoted(shipway, app).details[0]
    away = promoted(shipway, app)
    assert "does not answer" in away.details[0]
    told = shipway.rolled("promote", app.directory, "production", override="CI is down today")
    assert "overridden (CI is down today)" in shipway.story(told["id"])


def test_without_ci_in_shipway_yaml_nobody_is_asked(shipway: Shipway, app: TinyApp) -> None:
    """R203: the platform works in full without any CI."""
    app.commit(Variant(version="v1"))
    shipway.rolled("deploy", app.directory, "staging")
    shipway.rolled("promote", app.directory, "production")
    assert releases_answering(app.production) == {"r1"}


def test_the_workflows_own_commands_bring_a_pushed_commit_to_production(
    shipway: Shipway, app: TinyApp
) -> None:
    """R099: from another checkout, over TCP with a token: fetch, deploy, promote that commit.

    The trigger and the approval are GitHub's; the files that ask for them are tested beside.
    """
    origin, runner = app.directory.parent / "origin.git", app.directory.parent / "runner"
    app.commit(Variant(version="v1"))
    git("clone", "-q", "--bare", str(app.directory), str(origin))
    git("-C", str(app.directory), "remote", "add", "origin", str(origin))
    git("-C", str(app.directory), "fetch", "-q", "origin")
    git("-C", str(app.directory), "branch", "-q", "--set-upstream-to=origin/main")
    shipway.rolled("deploy", app.directory, "staging")
    git("clone", "-q", str(origin), str(runner))
    (runner / "NEWS").write_text("v2\n")
    git("-C", str(runner), "add", "NEWS")
    git("-C", str(runner), "-c", "user.name=m", "-c", "user.email=m@x", "commit", "-qm", "news")
    git("-C", str(runner), "push", "-q", "origin", "main")
    pushed = git("-C", str(runner), "rev-parse", "HEAD")

    port = next(item for item in free_ports(3) if item not in {app.staging, app.production})
    door = shipway.client.post("/dashboard", {"address": f"127.0.0.1:{port}"})
    token = shipway.client.post(
        "/tokens", {"name": "ci", "project": app.project, "role": "deployer"}
    )
    remote = {"SHIPWAY_URL": door["url"], "SHIPWAY_TOKEN": token["secret"]}

    def typed(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "shipway", *words],
            cwd=runner,
            env={**os.environ, **remote, "SHIPWAY_HOME": "/nonexistent"},
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.returncode, done.stdout + done.stderr

    code, said = typed("deploy", "staging", "--fetch", "--ref", pushed, "-y", "--json")
    assert code == 0, said
    assert pushed[:8] in json.dumps(shipway.client.get(f"/projects/{app.project}/releases"))
    code, said = typed("promote", "--commit", "0" * 40, "-y", "--json")
    assert code == 1
    assert "Nothing was changed" in said
    code, said = typed("promote", "--commit", pushed, "-y", "--json")
    assert code == 0, said
    assert releases_answering(app.production) == {"r2"}


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()
