"""generate scripts: wrappers with familiar names, written beside the project."""

from __future__ import annotations

import os
from pathlib import Path

import click

from shipway.cli.session import Session, json_option, pass_session, yes_option


@click.command()
@click.option(
    "--directory",
    default="scripts",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to, below the project's directory.",
)
@yes_option
@json_option
@pass_session
def scripts(session: Session, directory: Path, *, yes: bool) -> int:
    """Write deploy-staging.sh, promote-production.sh and rollback-production.sh.

    Thin wrappers around the commands; one that is there and differs is replaced only when
    you agree.
    """
    from shipway.generate.scripts import scripts as wanted

    console = session.console
    folder = session.directory() / directory
    found = wanted()
    changed = {
        name: text
        for name, text in found.items()
        if not (folder / name).exists() or (folder / name).read_text(errors="replace") != text
    }
    present = [name for name in changed if (folder / name).exists()]
    if present and not console.confirm(f"Replace {', '.join(present)}?", yes=yes):
        console.say("Nothing was changed.")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in changed.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    shown = [os.path.relpath(folder / name, session.directory()) for name in changed]
    if console.json:
        console.emit({"written": shown})
    elif shown:
        console.say(*(f"wrote {path}" for path in shown))
    else:
        console.say("The scripts are as they should be.")
    return 0
