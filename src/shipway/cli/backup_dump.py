"""backup dump: a logical dump of a database, as a file of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from shipway.cli.asking import GOES_ON, stoppable
from shipway.cli.session import Session, asks_nothing, json_option, pass_session
from shipway.cli.target import find_target
from shipway.cli.text import harmless, seconds, size
from shipway.cli.which import environment_argument
from shipway.errors import Problem


@click.command()
@environment_argument()
@click.option("--service", metavar="NAME", help="The database's service.  [default: the only one]")
@click.option("--database", metavar="NAME", help="A database of the cluster.  [default: its own]")
@click.option(
    "--to",
    "target",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file of this machine that is not there yet.",
)
@asks_nothing
@json_option
@pass_session
def dump(
    session: Session,
    environment: str | None,
    *,
    service: str | None,
    database: str | None,
    target: Path,
) -> int:
    """Write a logical dump into FILE, in pg_dump's custom format.

    For taking data elsewhere; what protects it are the base backups and the WAL.
    """
    client, console = session.client(), session.console
    where = find_target(session, client, service=None, environment=environment)
    body = {"service": service, "database": database, "file": str(target.absolute())}
    answer: dict[str, Any] = {}
    with stoppable(f"{GOES_ON} The file is there when it is whole."):
        for line in client.stream("POST", f"{where.path}/databases/dump", body):
            if line and "problem" in line:
                raise Problem.from_dict(line["problem"])
            if line and "says" not in line:
                answer = line
    if console.json:
        console.emit(answer)
        return 0
    console.say(
        f"{console.paint.green('●')} {answer['service']} is in {harmless(answer['file'])}:"
        f" {size(answer['bytes'])}, after {seconds(answer['took_s'])}",
        f"  back with  pg_restore --clean --if-exists -d DATABASE {harmless(answer['file'])}",
    )
    return 0
