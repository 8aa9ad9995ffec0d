"""exec and run: a command inside a running instance, or in one of its own."""

from __future__ import annotations

import os
import sys

import click

from shipway.cli import names
from shipway.cli.asking import stoppable
from shipway.cli.session import Session, json_option, pass_session
from shipway.cli.target import find_target, leading_environment
from shipway.cli.which import environment_option
from shipway.errors import Problem

# What looks like an option of the command is not one of ours.
OTHERS_OPTIONS = {"ignore_unknown_options": True}
ENVIRONMENT = environment_option(help="[default: production if live, else staging]")


@click.command("exec", context_settings=OTHERS_OPTIONS)
@click.argument("service", shell_complete=names.services)
@click.argument(
    "command", metavar="[ENV] -- COMMAND…", nargs=-1, required=True, type=click.UNPROCESSED
)
@ENVIRONMENT
@json_option
@pass_session
def exec_(
    session: Session, service: str, command: tuple[str, ...], environment: str | None
) -> None:
    """Run a command inside a running instance of SERVICE.

    With --json it is only told what would be run.

    \b
    shipway exec db -e production -- psql -U app
    """  # noqa: D301 - \b is click's
    client = session.client()
    environment, command = leading_environment(session, client, command, environment)
    target = find_target(session, client, service=service, environment=environment)
    tty = sys.stdin.isatty() and sys.stdout.isatty()
    answer = client.post(
        f"{target.path}/exec", {"service": service, "argv": list(command), "tty": tty}
    )
    if session.console.json:
        session.console.emit(answer)
        return
    sys.stdout.flush()
    argv = answer["argv"]
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - no shell is wanted
    except OSError as error:
        raise Problem(
            "exec-failed",
            f"{argv[0]} could not be run: {error.strerror}.",
            hints=[f"shipway run {service} -- {' '.join(command)}"],
        ) from error


@click.command(context_settings=OTHERS_OPTIONS)
@click.argument("service", shell_complete=names.services)
@click.argument(
    "command", metavar="[ENV] -- COMMAND…", nargs=-1, required=True, type=click.UNPROCESSED
)
@ENVIRONMENT
@json_option
@pass_session
def run(session: Session, service: str, command: tuple[str, ...], environment: str | None) -> int:
    """Run a command in an instance of its own, with SERVICE's artifact and configuration.

    It ends with the command's exit code; Ctrl-C ends the command.

    \b
    shipway run api -e staging -- python manage.py showmigrations
    """  # noqa: D301 - \b is click's
    client = session.client()
    environment, command = leading_environment(session, client, command, environment)
    target = find_target(session, client, service=service, environment=environment)
    console = session.console
    body = {"service": service, "argv": list(command)}
    code = 1
    with stoppable("The command is ended."):
        for line in client.stream("POST", f"{target.path}/run", body):
            if console.json:
                console.emit(line)
            elif "text" in line:
                print(line["text"], flush=True)
            if "exit_code" in line:
                code = int(line["exit_code"])
    return code if 0 <= code < 256 else 128 + abs(code) % 128
