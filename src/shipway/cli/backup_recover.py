"""backup recover: the server is gone; a new machine, a repository and the key are here."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import click

from shipway.cli.backup_files import restore_request
from shipway.cli.connection import running_daemon
from shipway.cli.machine import ensure_tools
from shipway.cli.outcome import watch_rollout
from shipway.cli.session import Session, json_option, pass_session, yes_option
from shipway.cli.target import find_target
from shipway.cli.text import ago
from shipway.cli.which import environment_argument
from shipway.errors import Problem
from shipway.model.words import plural
from shipway.places import places


@click.command()
@environment_argument()
@click.option("--repository", metavar="PLACE", help="A directory, or s3:https://HOST/BUCKET/DIR.")
@click.option("--key", "key_file", metavar="FILE", help="The recovery key; - reads stdin.")
@click.option("--region", default="us-east-1", show_default=True, help="Of the bucket.")
@yes_option
@json_option
@pass_session
def recover(
    session: Session,
    environment: str | None,
    *,
    repository: str | None,
    key_file: str | None,
    region: str,
    yes: bool,
) -> int:
    """Begin anew on this machine with what a lost one had saved.

    First with --repository and --key: Shipway's state and the vault come back.  A bucket's
    credentials are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.  Then deploy the project
    (`shipway deploy ENV`), and then with ENV: its files, Redis and buckets come back.
    """
    if repository is not None:
        if key_file is None:
            raise Problem(
                "usage", "the recovery key is needed too.", hints=["add --key FILE (- for stdin)"]
            )
        return _state(session, repository, key_file, region=region, yes=yes)
    if key_file is not None or environment is None:
        raise Problem(
            "usage",
            "say from where: --repository PLACE --key FILE for the state, or, once it is back"
            " and the project deployed, ENV for its data.",
            hints=["shipway backup recover --help"],
        )
    return _data(session, environment, yes=yes)


def _state(session: Session, repository: str, key_file: str, *, region: str, yes: bool) -> int:
    from shipway.backup.recover import check_home, recover_state
    from shipway.repositories.key import RecoveryKey, read_key
    from shipway.repositories.recovery import found_below

    console = session.console
    home = places().home
    _client, about = running_daemon()
    if about is not None:
        raise Problem(
            "home-in-use",
            f"a daemon runs with the state in {home}; a recovery begins before the first start.",
            hints=["shipway down, if nothing was deployed with it", f"mv {home} {home}.old"],
        )
    check_home(home)
    ensure_tools(["restic"], assume_yes=yes, say=console.note)
    if key_file == "-":
        given = sys.stdin.read().strip().splitlines()
        key = RecoveryKey(given[-1].strip() if given else "")
    else:
        key = read_key(Path(key_file))
    found = found_below(
        repository,
        key,
        work=home / "backup" / "work",
        region=region,
        access=os.environ.get("AWS_ACCESS_KEY_ID", ""),
        secret=os.environ.get("AWS_SECRET_ACCESS_KEY", ""),
    )
    held = ", ".join(str(item) for item in found.repositories)
    console.say(f"{found.where} holds {held}.", f"The state goes to {home}.")
    if not console.confirm("Bring it back?", yes=yes):
        console.say("Nothing was changed.")
        return 1
    done = recover_state(home, found.repositories, key_text=key.text, link=found.link)
    if console.json:
        console.emit(
            {
                "at": done.at,
                "environments": list(done.environments),
                "projects": [{"name": n, "directory": d} for n, d in done.projects],
                "backups": done.backups,
            }
        )
        return 0
    console.say(
        f"{console.paint.green('●')} the state of {ago(done.at, time.time())} is back, with"
        f" {plural(done.backups, 'backup')} to restore from.",
        "",
        "Next, for each project:",
    )
    for name, directory in done.projects:
        console.say(f"  {name}: git clone … {directory}, and in it:")
        for label in done.environments:
            project, _, environment = label.partition(".")
            if project == name:
                console.say(
                    f"    shipway deploy {environment} && shipway backup recover {environment}"
                )
    return 0


def _data(session: Session, environment: str, *, yes: bool) -> int:
    client, console = session.client(), session.console
    target = find_target(session, client, service=None, environment=environment)
    status = client.get(f"{target.path}/backups")
    found = [item for item in status["sources"] if item["newest"] and _is_data(item)]
    now = time.time()
    if not found:
        console.say(f"{environment} has no files, Redis or buckets to bring back.")
    for item in found:
        age = ago(item["newest"]["ended_at"], now)
        console.say(f"  {item['subject']}: as it was {age}, in the place of what is there")
    if not console.confirm(f"Bring the data of {environment} back?", yes=yes):
        console.say("Nothing was changed.")
        return 1
    asked = restore_request(session, target.environment) | {"recover": True}
    code = watch_rollout(client, client.post("/rollouts", asked)["id"], console, verbose=False)
    if code or console.json:
        return code
    bases = [item["subject"] for item in status["sources"] if item["kind"] == "base"]
    if bases:
        console.say(
            f"Next: shipway backup restore {environment} --at latest    (for {', '.join(bases)})"
        )
    return 0


def _is_data(item: dict[str, Any]) -> bool:
    return item["kind"] not in {"base", "state"}
