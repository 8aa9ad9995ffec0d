"""open: an admin page or a database of an environment, on a port of one's own machine."""

from __future__ import annotations

import os
import threading
from typing import Any

import click

from shipway.cli import names
from shipway.cli.problems import INTERRUPTED
from shipway.cli.session import Session, json_option, pass_session
from shipway.cli.target import Target, find_target
from shipway.cli.text import table
from shipway.cli.tunnel import Find, Tunnel
from shipway.cli.which import environment_argument
from shipway.errors import Problem


@click.command("open")
@click.argument("name", metavar="[NAME]", required=False, shell_complete=names.services)
@environment_argument()
@click.option("--port", type=click.IntRange(1, 65_535), help="Where NAME listens, if not as usual.")
@click.option(
    "--local", type=click.IntRange(1, 65_535), help="The port here.  [default: the same, if free]"
)
@json_option
@pass_session
def open_(
    session: Session,
    name: str | None,
    environment: str | None,
    port: int | None,
    local: int | None,
) -> int:
    """Lead a port of 127.0.0.1 to NAME in ENV, until Ctrl-C.  Nothing is published.

    NAME is a service, or what it runs: flower, neo4j, minio, grafana, swagger, postgres, redis.
    Without it (or with ENV alone) all that can be opened is listed.
    """
    client = session.client()
    target = find_target(session, client, service=name, environment=environment)
    name = name if environment else target.service
    if name is None:
        _list(session, target, client.get(f"{target.path}/open")["doors"])
        return 0
    body = {"name": name, "port": port}
    answer = client.post(f"{target.path}/open", body)

    def finder(number: int) -> Find:
        def find(anew: bool) -> tuple[str, int]:  # noqa: FBT001 - the tunnel's signature
            if not anew:
                return answer["address"], number
            found = client.post(f"{target.path}/open", {**body, "again": True})
            return found["address"], number

        return find

    tunnels = []
    for index, item in enumerate(answer["ports"]):
        wanted = local if local and index == 0 else item["port"]
        tunnels.append((item, Tunnel(finder(item["port"]), wanted)))
    if local and tunnels[0][1].port != local:
        for _item, tunnel in tunnels:
            tunnel.close()
        raise Problem(
            "port-in-use",
            f"port {local} of this machine is taken or may not be opened.",
            hints=[f"shipway open {name}, on any free port", f"ss -ltnp 'sport = :{local}'"],
        )
    for _item, tunnel in tunnels:
        tunnel.start()
    _tell(session, answer, f"{target.project}/{target.environment}", tunnels)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        session.console.note("closed")
    finally:
        for _item, tunnel in tunnels:
            tunnel.close()
    return INTERRUPTED if session.console.json else 0


def _list(session: Session, target: Target, doors: list[dict[str, Any]]) -> None:
    console = session.console
    if console.json:
        console.emit({"environment": target.environment, "doors": doors})
        return
    where = f"{target.project}/{target.environment}"
    if not doors:
        console.say(
            f"Nothing of {where} says on which port it listens.",
            f"  shipway open SERVICE {target.environment} --port NUMBER",
        )
        return
    console.say(f"What can be opened of {where}:", "")
    console.say(
        *table(
            [
                (
                    f"  shipway open {door['service']} {target.environment}",
                    "port " + ", ".join(str(item["port"]) for item in door["ports"]),
                    "" if door["running"] else "not running",
                )
                for door in doors
            ]
        )
    )


def _tell(
    session: Session,
    answer: dict[str, Any],
    place: str,
    tunnels: list[tuple[dict[str, Any], Tunnel]],
) -> None:
    console = session.console
    if console.json:
        forwards = [
            {"local": tunnel.port, "port": item["port"], "url": _url(item, tunnel, answer["path"])}
            for item, tunnel in tunnels
        ]
        console.emit({"service": answer["service"], "forwards": forwards})
        return
    console.say(f"{answer['service']} of {place}, for this machine only, until Ctrl-C:")
    for item, tunnel in tunnels:
        where = _url(item, tunnel, answer["path"])
        console.say(f"  {console.paint.cyan(where)}  → port {item['port']}")
    if os.environ.get("SSH_CONNECTION"):
        port = tunnels[0][1].port
        console.say(
            "From your own machine:",
            f"  ssh -t -L {port}:127.0.0.1:{port} THIS-SERVER shipway open {answer['service']} "
            f"{place.partition('/')[2]} --local {port}",
        )


def _url(item: dict[str, Any], tunnel: Tunnel, path: str) -> str:
    where = f"127.0.0.1:{tunnel.port}"
    return f"http://{where}{path}" if item["page"] else where
