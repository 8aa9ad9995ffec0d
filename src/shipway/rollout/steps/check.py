"""What can be known to be wrong before anything is touched."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shipway.errors import Problem
from shipway.model.application import Application
from shipway.model.lifecycle import PlacementState
from shipway.model.records import RolloutKind
from shipway.model.said import Said
from shipway.model.workload import Role
from shipway.rollout.gates import judge_files, override_of
from shipway.rollout.issuing import take_own_for_rollout
from shipway.rollout.resolve import Resolved, resolve, resolve_placed
from shipway.rollout.review import news
from shipway.rollout.routing import environment_traffic, served_applications
from shipway.rollout.run import Run
from shipway.rollout.traffic import EnvironmentTraffic, assemble, ports_of
from shipway.saga.step import Step, Watch


def check_before(run: Run, watch: Watch) -> Mapping[str, Any]:
    """Load the application, and refuse what cannot work."""
    resolved = resolve_application(run)
    app = resolved.app
    for note in news(run.kit.engine, app, _live_application(run)):
        run.note("check", note)
    for line in gate_lines(run):
        run.note("check", line)
    watch.check()
    run.kit.engine.instances(environment=run.environment)  # raises where no engine answers
    check_disk(app, run.world.home)
    check_routes(run, app)
    check_port(run, app)
    for line in check_certificates(run, app):
        run.note("check", line)
    fingerprint = run.world.applications.keep(app)
    return {
        "fingerprint": fingerprint,
        "found": _found_as(run),
        "secrets": resolved.secrets,
        "generations": {
            service.name: run.world.generations.generation(run.environment, service.name)
            for service in app.of_role(Role.STATEFUL)
        },
    }


def gate_lines(run: Run) -> tuple[str, ...]:
    """Return what the gate tells; a rollback passes, for it brings back what was proved.

    Raises Problem `gate-closed`.
    """
    request = run.rollout.request
    if run.rollout.kind is RolloutKind.PROMOTE:  # judged when it was asked for
        korean = request.get("korean", {})
        return tuple(Said(line, korean.get(line, "")) for line in request.get("told", ()))
    if run.rollout.kind is RolloutKind.DEPLOY:
        return judge_files(run.world, run.source, run.environment, override_of(request))
    return ()


def resolve_application(run: Run) -> Resolved:
    """Return the application: as it was for a rollback, else as commit and layers say now."""
    if run.rollout.kind in {RolloutKind.ROLLBACK, RolloutKind.RESTORE}:
        before = resolve_placed(run.world, run.environment, run.release.number)
        if before is not None:
            return before
    local = Path(str(run.rollout.request["directory"]))
    return resolve(run.world, run.environment, run.source, local)


def _live_application(run: Run) -> Application | None:
    live = run.world.store.placements.live(run.environment)
    return run.world.applications.get(live.fingerprint) if live else None


def _found_as(run: Run) -> str:
    """Return what the release was here before, so that unwinding can bring that back."""
    if run.rollout.release is None:
        return PlacementState.REMOVED
    placement = run.world.store.placements.get(run.environment, run.rollout.release)
    return placement.state if placement else PlacementState.REMOVED


def check_disk(app: Application, home: Path) -> None:
    """Refuse a rollout where the disk is all but full."""
    free = shutil.disk_usage(home).free
    if free < app.policy.disk_minimum_bytes:
        raise Problem(
            "disk-full",
            f"only {free / 1e9:.1f} GB are free on the disk of {home}; a rollout wants "
            f"{app.policy.disk_minimum_bytes / 1e9:.1f} GB. Nothing was changed.",
            hints=["shipway clean", "df -h"],
        )


def check_routes(run: Run, app: Application) -> None:
    """Refuse routes that belong to another environment on this server."""
    others = [
        traffic
        for environment, _engine in run.world.store.catalog.environments()
        if environment != run.environment
        and (traffic := environment_traffic(run.world, environment)) is not None
    ]
    assemble([*others, EnvironmentTraffic(app=app, serving=0, instances=())])


def check_certificates(run: Run, app: Application) -> tuple[str, ...]:
    """Refuse a certificate that no browser takes; a rollback waits for none."""
    if run.rollout.kind in {RolloutKind.ROLLBACK, RolloutKind.RESTORE}:
        return ()
    return take_own_for_rollout(run.world, app)


def check_port(run: Run, app: Application) -> None:
    """Refuse a port that somebody else listens on."""
    ours = _ports_in_use_by_us(run) if run.world.ingress.alive() else set()
    for port in ports_of(app):
        if port not in ours:
            _check_free(app, port)


def _check_free(app: Application, port: int) -> None:
    family = socket.AF_INET6 if ":" in app.address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((app.address, port))
        except PermissionError as error:
            raise Problem(
                "port-forbidden",
                f"port {port} may not be opened by this user. Nothing was changed.",
                hints=[
                    "sysctl -w net.ipv4.ip_unprivileged_port_start=80",
                    f"or another `port:` for {app.environment.name} in shipway.yaml",
                ],
            ) from error
        except OSError as error:
            raise Problem(
                "port-in-use",
                f"port {port} of {app.environment.name} is in use by another program "
                f"({error.strerror}). Nothing was changed.",
                hints=[f"ss -ltnp 'sport = :{port}'", _other_port(app, port)],
            ) from error


def _other_port(app: Application, port: int) -> str:
    name = app.environment.name
    if port == app.port:
        return f"or another `port:` for {name} in shipway.yaml"
    return f"or `tls: {{redirect: false}}` for {name}, where no plain requests are to be taken"


def _ports_in_use_by_us(run: Run) -> set[int]:
    """Return the ports on which the ingress already serves some environment."""
    return {port for app in served_applications(run.world) for port in ports_of(app)}


STEP = Step(name="check", title="check before anything changes", do=check_before)
