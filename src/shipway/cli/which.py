"""Which environment a command means: ENV or -e, and that there is one of that name.

Leaves to the daemon what is live in it.  Invariant: a mistyped name changes nothing and is
answered with the names that there are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from shipway.cli import names
from shipway.cli.session import Session
from shipway.errors import Problem

if TYPE_CHECKING:
    from shipway.api.client import Client
    from shipway.cli.declared import Declared

F = TypeVar("F", bound=Callable[..., Any])
FORMS = ("-e", "--env", "--environment")
_NAMED = "shipway.cli.which"


def environment_argument(
    name: str = "environment",
    *,
    metavar: str = "[ENV]",
    default: str | None = None,
    needed: bool = False,
) -> Callable[[F], F]:
    """Add ENV, which may be written as `-e ENV` too; needed: one of the two must be there."""

    def chosen(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
        named = ctx.meta.get(_NAMED)
        if named is not None and value is not None and named != value:
            raise click.UsageError(f"two environments are named: {value} and {named}")
        found = value or named or default
        if found is None and needed and not ctx.resilient_parsing:
            raise click.MissingParameter(ctx=ctx, param=parameter)
        return found

    def add(command: F) -> F:
        command = click.option(
            *FORMS,
            "named",
            metavar="ENV",
            is_eager=True,
            expose_value=False,
            callback=_keep,
            shell_complete=names.environments,
            help="The same as ENV.",
        )(command)
        return click.argument(
            name,
            metavar=metavar,
            required=False,
            callback=chosen,
            shell_complete=names.environments,
        )(command)

    return add


def environment_option(*, help: str, **more: Any) -> Callable[[F], F]:  # noqa: A002 - click's word
    """Add `-e ENV` where no ENV stands; more: whatever else click takes."""
    return click.option(
        *FORMS,
        "environment",
        metavar="ENV",
        shell_complete=names.environments,
        help=help,
        **more,
    )


def _keep(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.meta[_NAMED] = value


def must_exist(
    session: Session,
    client: Client,
    project: str,
    *environments: str,
    there: Iterable[str] | None = None,
) -> None:
    """Refuse an environment of a project that is neither on this server nor declared here.

    there: those on the server, where somebody has asked already.  Raises Problem
    `unknown-environment`.
    """
    if there is None:
        views = client.get("/status", project=project)["environments"]
        there = [view["environment"] for view in views]
    known = set(there)
    if known.issuperset(environments):
        return
    here = session.declared()
    known |= set(here.environments) if here else set()
    for name in environments:
        if known and name not in known:
            raise unknown_environment(name, known, of=project)


def must_be_declared(here: Declared, environment: str) -> None:
    """Refuse an environment that shipway.yaml does not declare, be it on this server or not."""
    if environment not in here.environments:
        raise unknown_environment(environment, here.environments, of=here.project)


def unknown_environment(name: str, known: Iterable[str], *, of: str) -> Problem:
    """Return what a mistyped name is answered with: the names, and the nearest one typed."""
    from difflib import get_close_matches

    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    return Problem(
        "unknown-environment",
        f"{of} has no environment {name!r}; it has: {', '.join(names)}.",
        hints=[
            *([_retyped(name, near[0])] if near else []),
            "declare it below `environments:` in shipway.yaml, where it is a new one",
        ],
    )


def _retyped(wrong: str, right: str) -> str:
    """Return what was typed, with the right name in the place of the wrong one."""
    import shlex

    def corrected(word: str) -> str:
        option, equals, value = word.partition("=")
        if equals and option.startswith("--") and value == wrong:
            return f"{option}={right}"
        return right if word == wrong else word

    return f"shipway {shlex.join(corrected(word) for word in sys.argv[1:])}"
