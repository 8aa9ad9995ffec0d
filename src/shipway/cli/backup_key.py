"""backup key, backup runbook: what has to lie where the server is not."""

from __future__ import annotations

from pathlib import Path

import click

from shipway.cli.session import Session, asks_nothing, json_option, pass_session
from shipway.errors import Problem


@click.command()
@click.option(
    "--save", metavar="FILE", type=click.Path(path_type=Path), help="Write it there, mode 0600."
)
@asks_nothing
@json_option
@pass_session
def key(session: Session, *, save: Path | None) -> None:
    """Print the recovery key.  Who has it and the repository can read every backup.

    Keep it where the server is not: a password manager, an envelope in a safe.  Without it
    a lost server takes its backups with it.
    """
    if save is not None and save.exists():
        raise Problem(
            "file-exists", f"{save} is there already.", hints=["name a file that is not there"]
        )
    text = session.client().post("/backup-key")["key"]
    console = session.console
    if save is not None:
        from shipway.files import replace_file

        note = "# Shipway's recovery key: who has it can read the backups.\n"
        replace_file(save.absolute(), f"{note}{text}\n", mode=0o600)
        if console.json:
            console.emit({"saved": str(save)})
        else:
            console.say(f"The recovery key is in {save}. Move it to where this server is not.")
    elif console.json:
        console.emit({"key": text})
    else:
        console.note("The recovery key: keep it where this server is not.")
        print(text)


@click.command()
@click.option(
    "--lang",
    type=click.Choice(["en", "ko"]),
    default="en",
    show_default=True,
    help="The language.",
)
@click.option("--save", metavar="FILE", type=click.Path(path_type=Path), help="Write it there.")
@click.option("-a", "--all", "everything", is_flag=True, help="All projects of this machine.")
@asks_nothing
@json_option
@pass_session
def runbook(session: Session, *, lang: str, save: Path | None, everything: bool) -> None:
    """Write the steps for the day when the server is gone: this installation's own commands.

    Print it and keep it with the recovery key.
    """
    client = session.client()
    inside = session.find_directory() is not None and not everything
    project = session.project(client) if inside else None
    text = client.get("/backup-runbook", lang=lang, project=project)["text"]
    console = session.console
    if save is not None:
        save.write_text(text, encoding="utf-8")
    if console.json:
        console.emit({"text": text, "saved": str(save) if save else None})
    elif save is not None:
        console.say(f"The runbook is in {save}. Print it, and keep it with the recovery key.")
    else:
        print(text)
