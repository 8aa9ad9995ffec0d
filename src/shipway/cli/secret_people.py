"""secret share, unshare, rotate, recover: who can read the vault's files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from shipway.cli.secret_kit import say_waiting
from shipway.cli.secret_making import as_body, contract_here
from shipway.cli.session import Session, asks_nothing, json_option, pass_session, yes_option
from shipway.cli.which import must_exist
from shipway.errors import Problem
from shipway.places import places


@click.command()
@click.argument("name", metavar="PERSON")
@click.option(
    "--key",
    "path",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the public key: ~/.ssh/id_ed25519.pub, or age's.",
)
@click.option("--only", "environments", multiple=True, metavar="ENV", help="May be repeated.")
@asks_nothing
@json_option
@pass_session
def share(session: Session, name: str, path: Path, environments: tuple[str, ...]) -> None:
    """Let PERSON read the vault's files with a key of his or hers.

    For copies that are elsewhere, and for the day on which the server's key is lost.
    """
    key = path.read_text(encoding="utf-8", errors="replace").strip()
    if "PRIVATE KEY" in key or "AGE-SECRET-KEY" in key:
        raise Problem(
            "invalid-key",
            f"{path} is a private key: it stays with {name}. The public one is wanted.",
            hints=[f"--key {path}.pub", f"age-keygen -y {path} > {path}.pub"],
        )
    client = session.client()
    project = session.project(client)
    must_exist(session, client, project, *environments)
    body = {"name": name, "key": key, "environments": list(environments)}
    answer = client.post(f"/projects/{project}/secrets/share", body)
    console = session.console
    if console.json:
        console.emit(answer)
        return
    which = ", ".join(answer["environments"]) or "all environments"
    console.say(
        f"{name} can read the secrets of {which} of {project}:",
        f"  age -d -i KEY {places().home / 'vault' / project}/ENVIRONMENT.age",
    )


@click.command()
@click.argument("name", metavar="PERSON")
@yes_option
@json_option
@pass_session
def unshare(session: Session, name: str, *, yes: bool) -> int:
    """Close the files to PERSON, and change no value."""
    return _leave(session, name, "unshare", yes=yes)


@click.command()
@click.argument("name", metavar="PERSON")
@yes_option
@json_option
@pass_session
def rotate(session: Session, name: str, *, yes: bool) -> int:
    """PERSON leaves: close the files, make anew what can be made, list what cannot.

    What PERSON could read is known to PERSON for good: a secret that was issued elsewhere
    must be changed there, then set here.
    """
    return _leave(session, name, "rotate", yes=yes)


def _leave(session: Session, name: str, action: str, *, yes: bool) -> int:
    from shipway.spec.contract.rules import makings

    client = session.client()
    project = session.project(client)
    console = session.console
    question = f"Close the secrets of {project} to {name}?"
    if action == "rotate":
        question = f"{question[:-1]}, and make generated ones anew?"
    if not console.confirm(question, yes=yes):
        console.say("Nothing was changed.")
        return 1
    body = {"name": name, "making": as_body(makings(contract_here(session)))}
    answer = client.post(f"/projects/{project}/secrets/{action}", body)
    if console.json:
        console.emit(answer)
        return 0
    console.say(f"{name} cannot read what is written from now on.")
    if action == "unshare":
        console.say(f"What {name} has read stays known: shipway secret rotate {name}")
        return 0
    _say_rotated(session, answer)
    return 0


def _say_rotated(session: Session, answer: dict[str, Any]) -> None:
    console = session.console
    for environment, names in answer["made"].items():
        console.say("", f"Made anew in {environment}: {', '.join(names)}.")
    for environment, names in answer["to_change"].items():
        console.say("", f"To be changed where they were issued, then set here ({environment}):")
        console.say(*(f"  shipway secret set {name} -e {environment}" for name in names))
    if not answer["made"] and not answer["to_change"]:
        console.say(f"{answer['name']} knows no value that is in use.")
    if answer["waiting"]:
        console.say("", "Until then these run with the old values:")
    for item in answer["waiting"]:
        say_waiting(console, item)


@click.command()
@click.option(
    "--identity",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An operator's private key: age's, or ssh's without a passphrase.",
)
@asks_nothing
@json_option
@pass_session
def recover(session: Session, identity: Path) -> None:
    """Open the vault with an operator's private key, after the server's own was lost."""
    client = session.client()
    text = identity.read_text(encoding="utf-8", errors="replace")
    answer = client.post("/secrets/recover", {"identity": text})
    console = session.console
    if console.json:
        console.emit(answer)
    elif answer["recovered"]:
        console.say(f"Open again: {', '.join(answer['recovered'])}.")
    else:
        console.say("This server's key opens every file already. Nothing was changed.")
        sys.stdout.flush()
