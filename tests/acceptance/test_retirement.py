"""What becomes of releases that no longer serve, while the next rollout is under way."""

from __future__ import annotations

from pathlib import Path

from tests.support.asking import releases_answering
from tests.support.running import Shipway, eventually, free_ports
from tests.support.tinyapp import TinyApp, Variant

WAITS = "import pathlib, time\nwhile not pathlib.Path({go!r}).exists(): time.sleep(0.05)\n"


def test_earlier_releases_do_not_pile_up_while_rollouts_follow_each_other(
    shipway: Shipway, tmp_path: Path
) -> None:
    """R103: a running rollout keeps only what it brings in and what it may go back to."""
    staging, production = free_ports(2)
    app = TinyApp(
        tmp_path / "app", project="busy", staging=staging, production=production, keep_warm="2s"
    )
    for number in range(1, 5):
        app.commit(Variant(version=f"v{number}"))
        shipway.rolled("deploy", app.directory, "staging")
    go = tmp_path / "go"
    app.commit(Variant(version="v5"), migrate__py=WAITS.format(go=str(go)))
    identifier = shipway.begin("deploy", app.directory, "staging")
    try:
        view = eventually(
            "what is due is done", lambda: _tended(shipway.environment("busy", "staging"))
        )
        assert view["active"]["id"] == identifier
        assert view["live"]["release"] == "r4"
        assert releases_answering(staging) == {"r4"}
    finally:
        go.touch()
    assert shipway.finished(identifier)["state"] == "succeeded", shipway.story(identifier)
    assert releases_answering(staging) == {"r5"}


def _tended(view: dict[str, object]) -> dict[str, object] | None:
    kept, instances = view["kept"], view["instances"]
    assert isinstance(kept, list)
    assert isinstance(instances, list)
    stopped = [item["release"] for item in kept if item["state"] == "stopped"]
    left = {item["release"] for item in instances}
    return view if stopped == ["r3", "r2"] and "r1" not in left else None
