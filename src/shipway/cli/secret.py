"""secret: the vault's commands, each imported when it is used."""

from __future__ import annotations

import click

from shipway.cli.lazy import Entry, LazyGroup

SECTIONS = {
    "Values": {
        "list": Entry("shipway.cli.secret_values:listed", "Names, and where they came from."),
        "set": Entry("shipway.cli.secret_values:set_", "Set one; asks without showing it."),
        "get": Entry("shipway.cli.secret_values:get", "Print one value."),
        "unset": Entry("shipway.cli.secret_values:unset", "Remove one or more."),
        "generate": Entry("shipway.cli.secret_making:generate", "Make new ones, as declared."),
        "import": Entry("shipway.cli.secret_making:import_", "From an env file, or Doppler."),
    },
    "Versions": {
        "versions": Entry("shipway.cli.secret_versions:versions", "Every change is one."),
        "restore": Entry("shipway.cli.secret_versions:restore", "Values as they were."),
    },
    "People": {
        "share": Entry("shipway.cli.secret_people:share", "A key of one's own to the files."),
        "unshare": Entry("shipway.cli.secret_people:unshare", "Take that away."),
        "rotate": Entry("shipway.cli.secret_people:rotate", "Somebody leaves: what must change."),
        "recover": Entry("shipway.cli.secret_people:recover", "The server lost its key."),
    },
}


@click.group(cls=LazyGroup, sections=SECTIONS)
def secret() -> None:
    """Secrets of an environment, encrypted on this server; every change is a version.

    A value is typed at a prompt, read from a file or from stdin, never given as an argument.
    """
