"""env: an environment's variables, each command imported when it is used."""

from __future__ import annotations

import click

from shipway.cli.lazy import Entry, LazyGroup

SECTIONS = {
    "Look": {
        "list": Entry("shipway.cli.env_view:listed", "All variables, and where they come from."),
        "explain": Entry("shipway.cli.env_view:explain", "Which layer sets one, and who gets it."),
        "diff": Entry("shipway.cli.env_view:diff", "In what two environments differ."),
        "check": Entry("shipway.cli.env_check:check", "Do the values keep the contract?"),
    },
    "Change": {
        "set": Entry("shipway.cli.env_file:set_", "Write one into the environment's env file."),
        "unset": Entry("shipway.cli.env_file:unset", "Take one out of it."),
    },
}


@click.group(cls=LazyGroup, sections=SECTIONS)
def env() -> None:
    """Variables of an environment: Compose file < env files < shipway.yaml < vault.

    What stands in the working directory now is what is shown; a rollout takes it from the
    commit, where git has it.
    """
