"""secret generate, import: values that nobody types."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shipway.cli.secret_kit import env_option, reach, say_changed
from shipway.cli.session import Session, asks_nothing, json_option, pass_session, yes_if_asked
from shipway.errors import Problem

if TYPE_CHECKING:
    from shipway.model.secret import Making
    from shipway.spec.contract.rules import Contract

FORMS = ("hex", "base64", "password", "rs256", "ed25519")


def contract_here(session: Session) -> Contract:
    """Return the contract of the project here; empty without one."""
    from shipway.spec import load_spec

    directory = session.find_directory()
    return {} if directory is None else load_spec(directory).contract


def as_body(making: dict[str, Making]) -> dict[str, Any]:
    """Return rules for generation as the API takes them."""
    return {
        name: {"form": rule.form.value, "size": rule.size, "public": rule.public}
        for name, rule in making.items()
    }


@click.command()
@click.argument("wanted", metavar="[NAME]...", nargs=-1)
@env_option
@click.option("--missing", is_flag=True, help="All that the contract says, where there is none.")
@click.option("--form", type=click.Choice(FORMS), help="What it looks like.  [default: hex]")
@click.option("--size", type=click.IntRange(1), help="Bytes, letters, or bits of an RSA key.")
@click.option("--public", metavar="NAME", help="For a key pair: the name of the public key.")
@yes_if_asked
@json_option
@pass_session
def generate(
    session: Session,
    wanted: tuple[str, ...],
    environment: str,
    *,
    missing: bool,
    form: str | None,
    size: int | None,
    public: str | None,
    yes: bool,
) -> int:
    """Make NAME anew, as the contract says or as the options do."""
    from shipway.model.secret import Form, Making
    from shipway.spec.contract.rules import makings

    declared = makings(contract_here(session))
    if missing == bool(wanted):
        raise Problem(
            "usage",
            "name the secrets to make, or say --missing for all that the contract generates.",
            hints=["shipway secret generate JWT_SECRET", "shipway secret generate --missing"],
        )
    if missing and not declared:
        raise Problem(
            "nothing-declared",
            "the contract in shipway.yaml declares no generated secret.",
            hints=["write contract: {JWT_SECRET: generated}", "shipway secret generate JWT_SECRET"],
        )
    given = form is not None or size is not None or public is not None
    own = Making(form=Form(form or "hex"), size=size or 0, public=public)
    making = declared if missing else dict.fromkeys(wanted, own)
    if not missing and not given:
        making = {name: declared.get(name, own) for name in wanted}
    client, path = reach(session, environment)
    console = session.console
    there = {item["name"] for item in client.get(path)["secrets"]}
    replaced = [] if missing else sorted(there & set(wanted))
    if replaced:
        said = f"{', '.join(replaced)} of {environment} gets another value: whatever was signed "
        said += "or encrypted with the old one is lost. Go ahead?"
        if not console.confirm(said, yes=yes):
            console.say("Nothing was changed.")
            return 1
    answer = client.post(f"{path}/generate", {"making": as_body(making), "missing_only": missing})
    say_changed(console, answer, "made")
    return 0


@click.command("import")
@click.argument(
    "file",
    metavar="[FILE]",
    required=False,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@env_option
@click.option("--all", "everything", is_flag=True, help="Variables that are no secrets too.")
@click.option("--doppler", is_flag=True, help="From Doppler, by a service token.")
@click.option("--address", metavar="URL", help="Doppler's address, where it is another.")
@asks_nothing
@json_option
@pass_session
def import_(
    session: Session,
    file: Path | None,
    environment: str,
    *,
    everything: bool,
    doppler: bool,
    address: str | None,
) -> None:
    """Take over the secrets of an env file, or with --doppler of a Doppler config.

    A comment after KEY= is a value to Compose; here it is refused.
    """
    if doppler == (file is not None):
        raise Problem(
            "usage",
            "say from where: an env file, or --doppler.",
            hints=["shipway secret import .env.production -e production"],
        )
    client, path = reach(session, environment)
    console = session.console
    if file is None:
        answer = client.post(f"{path}/doppler", {"address": address})
        say_changed(console, answer, "taken over from Doppler")
        return
    put, aside = read_secrets(file, contract_here(session), everything=everything)
    if not put:
        raise Problem(
            "nothing-found",
            f"{file} has no variable that is a secret, by the contract or by its name.",
            hints=[f"shipway secret import {file} --all -e {environment}"],
        )
    answer = client.post(path, {"put": put, "imported": True})
    say_changed(console, answer, f"taken over from {file}")
    if aside and not console.json:
        console.say(f"Left aside, no secrets by their names: {', '.join(aside)}.")
    if not console.json:
        console.say(f"{file} still holds them: remove it when the new release runs.")


def read_secrets(
    file: Path, contract: Contract, *, everything: bool
) -> tuple[dict[str, str], list[str]]:
    """Return the secrets of an env file, and the names that are none.

    Raises Problem `comment-as-value`, `placeholder`, without any value.
    """
    from shipway.errors import SourceRef
    from shipway.spec.envfile import read_env_file
    from shipway.spec.secretwords import is_placeholder, is_secret, url_password
    from shipway.spec.tree import Found

    put, aside = {}, []
    for key, value, line in read_env_file(Found(path=file, shown=str(file), tracked=False), {}):
        rule = contract.get(key)
        secret = rule.is_secret if rule else is_secret(key) or bool(url_password(value))
        if not value:
            continue
        if not (secret or everything):
            aside.append(key)
            continue
        if value.startswith("#") or is_placeholder(value):
            what = "a comment, not a value" if value.startswith("#") else "a placeholder"
            raise Problem(
                "no-value",
                f"{key} is {what}. Nothing was changed.",
                source=SourceRef(path=str(file), line=line),
                hints=["write the value, or remove the line"],
            )
        put[key] = value
    return put, aside
