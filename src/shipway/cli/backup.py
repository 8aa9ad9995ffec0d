"""backup: the commands around backups, each imported when it is used."""

from __future__ import annotations

import click

from shipway.cli.lazy import Entry, LazyGroup

SECTIONS = {
    "How it is": {
        "status": Entry("shipway.cli.backup_status:status", "What is protected, proven, due."),
        "list": Entry("shipway.cli.backup_status:listed", "What can be restored."),
    },
    "Saving": {
        "create": Entry("shipway.cli.backup_making:create", "Save everything now."),
        "drill": Entry("shipway.cli.backup_restore:drill", "Rehearse a restore, measured."),
        "dump": Entry("shipway.cli.backup_dump:dump", "A logical dump (pg_dump), as a file."),
        "adopt": Entry("shipway.cli.backup_restore:adopt", "What runs here is the right data."),
        "verify": Entry("shipway.cli.backup_making:verify", "Read back what is kept."),
    },
    "The way back": {
        "restore": Entry(
            "shipway.cli.backup_restore:restore", "A database to any moment, files, a bucket."
        ),
        "points": Entry("shipway.cli.backup_restore:points", "The moments before rollouts."),
        "generations": Entry(
            "shipway.cli.backup_generations:generations", "What restores have replaced."
        ),
        "discard": Entry("shipway.cli.backup_restore:discard", "Remove what lies beside."),
        "recover": Entry("shipway.cli.backup_recover:recover", "The server is gone: begin here."),
        "key": Entry("shipway.cli.backup_key:key", "The recovery key, to be kept elsewhere."),
        "runbook": Entry("shipway.cli.backup_key:runbook", "The recovery's steps, to be printed."),
    },
}


@click.group(cls=LazyGroup, sections=SECTIONS)
def backup() -> None:
    """Backups: made by themselves, encrypted, proved by restoring them.

    Where they go and when they are made stands below `backup:` in shipway.yaml.
    """
