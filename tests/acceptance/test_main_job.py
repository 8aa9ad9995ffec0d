"""From git to staging, to production and back, over the API that the CLI uses."""

from __future__ import annotations

import json
import subprocess
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.acceptance.conftest import BOTH_ENGINES
from tests.support.asking import answer, releases_answering
from tests.support.running import Shipway, eventually, free_ports
from tests.support.tinyapp import SPEC, TAKER, TinyApp, Variant


def project_of(app: TinyApp) -> str:
    return (app.directory / "shipway.yaml").read_text().splitlines()[0].split(": ")[1]


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_a_commit_goes_to_staging_then_to_production_and_back(
    shipway: Shipway, app: TinyApp
) -> None:
    """R080, R094, R193. R097, R102, R104: promotion of the very artifacts, and a rollback without a rebuild."""
    app.commit(Variant(version="v1"))
    shipway.rolled("deploy", app.directory, "staging")
    assert releases_answering(app.staging) == {"r1"}
    shipway.rolled("promote", app.directory, "production")
    assert releases_answering(app.production) == {"r1"}

    app.commit(Variant(version="v2"))
    shipway.rolled("deploy", app.directory, "staging")
    assert releases_answering(app.staging) == {"r2"}
    assert releases_answering(app.production) == {"r1"}
    shipway.rolled("promote", app.directory, "production")
    assert answer(app.production)[2] == {"release": "r2", "version": "v2"}

    releases = shipway.client.get(f"/projects/{project_of(app)}/releases")["releases"]
    assert [item["release"] for item in releases] == ["r2", "r1"]
    assert {place["state"] for place in releases[0]["placements"]} == {"live"}

    shipway.rolled("rollback", app.directory, "production")
    assert answer(app.production)[2] == {"release": "r1", "version": "v1"}
    assert releases_answering(app.staging) == {"r2"}
    view = shipway.environment(project_of(app), "production")
    assert view["good"], view
    assert [item["release"] for item in view["kept"]] == ["r2"]


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_a_release_that_fails_its_health_check_leaves_the_old_one_serving(
    shipway: Shipway, app: TinyApp
) -> None:
    """R108: the report holds the probe's last answer and the instance's last lines."""
    app.commit(Variant(version="v1"))
    shipway.rolled("deploy", app.directory, "staging")
    spec = SPEC.replace("@DEADLINE@", "3s")
    app.commit(Variant(version="v2", health=503), shipway__yaml=spec)
    problem = shipway.refused("deploy", app.directory, "staging")
    assert problem.kind == "unhealthy"
    assert "GET /health answered 503" in problem.message
    assert "r1 still serves staging" in problem.message
    assert any("listening" in line for line in problem.details)
    assert problem.hints
    assert releases_answering(app.staging) == {"r1"}
    view = shipway.environment(project_of(app), "staging")
    assert {item["release"] for item in view["instances"]} == {"r1"}


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_a_release_that_fails_its_smoke_check_is_switched_back(
    shipway: Shipway, app: TinyApp
) -> None:
    app.commit(Variant(version="v1"))
    shipway.rolled("deploy", app.directory, "staging")
    app.commit(Variant(version="v2", items=500))
    problem = shipway.refused("deploy", app.directory, "staging")
    assert problem.kind == "smoke-failed"
    assert "items can be read: GET /items answered 500" in problem.message
    assert releases_answering(app.staging) == {"r1"}
    view = shipway.environment(project_of(app), "staging")
    assert view["good"], view
    workers = [item for item in view["instances"] if item["service"] != "api"]
    assert {(item["release"], item["state"]) for item in workers} == {("r1", "running")}


def test_switched_back_a_release_finishes_the_requests_that_it_has_taken(
    shipway: Shipway, app: TinyApp
) -> None:
    """R108: also where the application drops what it answers when it is told to stop."""
    app.commit(Variant(version="v1"))
    shipway.rolled("deploy", app.directory, "staging")
    app.commit(Variant(version="v2", items=500, abrupt=True))
    over = threading.Event()

    def ask_slowly(number: int) -> list[tuple[int, str | None]]:
        answers = []
        over.wait(number / 8)  # one after the other: none of them misses what lasts a moment
        while not over.is_set():
            status, headers, _ = answer(app.staging, "/slow")
            answers.append((status, headers.get("x-release")))
        return answers

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask_slowly, number) for number in range(8)]
        try:
            problem = shipway.refused("deploy", app.directory, "staging")
        finally:
            over.set()
        answers = [one for asked in asking for one in asked.result(timeout=30)]
    assert problem.kind == "smoke-failed"
    assert {status for status, _release in answers} == {200}
    assert {release for _status, release in answers} == {"r1", "r2"}


@pytest.mark.parametrize("app", ["1s"], indirect=True)
@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_a_worker_that_does_not_stay_up_is_switched_back(shipway: Shipway, app: TinyApp) -> None:
    app.commit(Variant(version="v1"))
    shipway.rolled("deploy", app.directory, "staging")
    app.commit(Variant(version="v2", taker_exit="3"))
    problem = shipway.refused("deploy", app.directory, "staging")
    assert problem.kind == "soak-failed"
    assert releases_answering(app.staging) == {"r1"}
    eventually(
        "the old workers run again",
        lambda: shipway.environment(project_of(app), "staging")["good"],
    )


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_two_projects_with_names_that_look_alike_never_touch_each_other(
    shipway: Shipway, tmp_path: Path
) -> None:
    """R096: `shop` in staging beside `shop-staging`."""
    ports = free_ports(4)
    shop = TinyApp(tmp_path / "one", project="shop", staging=ports[0], production=ports[1])
    other = TinyApp(tmp_path / "two", project="shop-staging", staging=ports[2], production=ports[3])
    for app in (shop, other):
        app.commit(Variant(version=f"of {app.directory.name}"))
        shipway.rolled("deploy", app.directory, "staging")
        shipway.rolled("promote", app.directory, "production")
    assert answer(shop.production)[2]["version"] == "of one"
    assert answer(other.production)[2]["version"] == "of two"
    for environment in ("staging", "production"):
        shipway.client.post(f"/projects/shop/environments/{environment}/destroy")
    assert answer(other.staging)[2] == {"release": "r1", "version": "of two"}
    assert answer(other.production)[2] == {"release": "r1", "version": "of two"}
    assert shipway.environment("shop", "staging")["instances"] == []
    assert shipway.environment("shop-staging", "staging")["good"]


def test_the_daemon_is_not_in_the_path_of_traffic(shipway: Shipway, app: TinyApp) -> None:
    app.commit()
    shipway.rolled("deploy", app.directory, "staging")
    shipway.kill()
    assert releases_answering(app.staging) == {"r1"}
    shipway.start()
    eventually(
        "the environment is seen again",
        lambda: shipway.environment(project_of(app), "staging")["good"],
    )
    view = shipway.environment(project_of(app), "staging")
    assert {item["restarts"] for item in view["instances"]} == {0}


def test_a_rollout_can_be_aborted_and_leaves_nothing(shipway: Shipway, app: TinyApp) -> None:
    app.commit(Variant(version="v1"))
    shipway.rolled("deploy", app.directory, "staging")
    app.commit(Variant(version="v2", health=503))
    identifier = shipway.begin("deploy", app.directory, "staging")
    eventually(
        "it waits for health",
        lambda: '"healthy"' in shipway.story(identifier),
    )
    shipway.client.post(f"/rollouts/{identifier}/abort")
    rollout = shipway.finished(identifier)
    assert (rollout["state"], rollout["problem"]["kind"]) == ("failed", "cancelled")
    view = shipway.environment(project_of(app), "staging")
    assert {item["release"] for item in view["instances"]} == {"r1"}
    assert view["active"] is None


def test_a_second_terminal_can_follow_from_the_first_line_to_the_last(
    shipway: Shipway, app: TinyApp
) -> None:
    app.commit()
    identifier = shipway.begin("deploy", app.directory, "staging")
    lines = list(shipway.client.stream("GET", f"/rollouts/{identifier}/progress", follow=True))
    assert lines[-1]["rollout"]["state"] == "succeeded"
    steps = [line["step"] for line in lines if line.get("kind") == "step-done"]
    assert steps == [
        *("source", "check", "build", "services", "migrate", "start", "healthy"),
        *("switch", "hand-over", "smoke", "retire"),
    ]
    again = list(shipway.client.stream("GET", f"/rollouts/{identifier}/progress", follow=False))
    assert again == lines


def test_earlier_releases_are_stopped_and_removed_beyond_those_that_are_kept(
    shipway: Shipway, tmp_path: Path
) -> None:
    """R103: the latest two earlier releases are kept."""
    staging, production = free_ports(2)
    app = TinyApp(
        tmp_path / "app", project="kept", staging=staging, production=production, keep_warm="0s"
    )
    for number in range(1, 6):
        app.commit(Variant(version=f"v{number}"))
        shipway.rolled("deploy", app.directory, "staging")
    view = eventually(
        "all but the live one have stopped",
        lambda: _stopped(shipway.environment("kept", "staging")),
    )
    assert [item["release"] for item in view["kept"]] == ["r4", "r3"]
    assert {item["release"] for item in view["instances"]} == {"r5", "r4", "r3"}
    shipway.rolled("rollback", app.directory, "staging", release=3)
    assert releases_answering(staging) == {"r3"}


def _stopped(view: dict[str, object]) -> dict[str, object] | None:
    kept = view["kept"]
    assert isinstance(kept, list)
    done = len(kept) == 2 and {item["state"] for item in kept} == {"stopped"}
    return view if done else None


def test_environment_layers_reach_the_instances(shipway: Shipway, app: TinyApp) -> None:
    """R052, R053: common, then the environment's own; later wins; untracked files count."""
    (app.directory / "config").mkdir()
    (app.directory / ".gitignore").write_text("config/\n")
    (app.directory / "config" / "common.env").write_text("GREETING=common\nSHARED=yes\n")
    (app.directory / "config" / "staging.env").write_text("GREETING=staging\n")
    app.commit()
    spec = app.directory / "shipway.yaml"
    text = spec.read_text().replace(
        f"staging: {{port: {app.staging}}}",
        f"staging: {{port: {app.staging}, env_files: [config/staging.env]}}",
    )
    spec.write_text(text + "env_files: [config/common.env]\n")
    subprocess.run(
        ["git", "-c", "user.name=k", "-c", "user.email=k@e.com", "commit", "-qam", "layers"],
        cwd=app.directory,
        check=True,
    )
    shipway.rolled("deploy", app.directory, "staging")
    _status, _headers, environment = answer(app.staging, "/env")
    assert environment["GREETING"] == "staging"
    assert environment["SHARED"] == "yes"
    assert environment["SHIPWAY_RELEASE"] == "r1"
    with urllib.request.urlopen(f"http://127.0.0.1:{app.staging}/env", timeout=5) as response:
        assert "SHIPWAY_COMMIT" in json.load(response)


def test_a_release_whose_workers_still_stop_waits_for_them_and_starts_them_again(
    shipway: Shipway, app: TinyApp
) -> None:
    """A rollback and a promotion right behind it: the workers were finishing a job."""
    slow_end = "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(1.5), os._exit(0)))"
    taker = TAKER.replace("signal.signal(signal.SIGTERM, lambda *_: os._exit(0))", slow_end)
    assert slow_end in taker
    for version in ("v1", "v2"):
        app.commit(Variant(version=version), taker__py=taker)
        shipway.rolled("deploy", app.directory, "staging")
        shipway.rolled("promote", app.directory, "production")
    shipway.rolled("rollback", app.directory, "production")
    shipway.rolled("promote", app.directory, "production")
    assert releases_answering(app.production) == {"r2"}
    view = shipway.environment(project_of(app), "production")
    assert view["good"], view


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_below_the_disk_floor_room_is_made_and_the_way_back_is_kept(
    shipway: Shipway, app: TinyApp
) -> None:
    """R197: what no release needs goes; the rollback release and volumes stay."""
    spec = SPEC.replace("disk_floor: 100MB", "disk_floor: 900000GB")
    for version in ("v1", "v2"):
        app.commit(Variant(version=version), shipway__yaml=spec)
        shipway.rolled("deploy", app.directory, "staging")
    audit = eventually(
        "room was made",
        lambda: [
            entry
            for entry in shipway.client.get("/audit", project=project_of(app))["entries"]
            if entry["action"] == "make-room"
        ],
    )
    assert audit[0]["details"]["free_before"] < audit[0]["details"]["floor"]
    shipway.rolled("rollback", app.directory, "staging")
    assert releases_answering(app.staging) == {"r1"}
