"""document: the deployment document, written from what is really there."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shipway.cli.session import Session, asks_nothing, json_option, pass_session
from shipway.errors import Problem

if TYPE_CHECKING:
    from shipway.documents import Facts

KINDS = ("specification", "plan", "checklist", "record", "infrastructure")


@click.command()
@click.argument("kind", type=click.Choice(KINDS), default="specification")
@click.option("--lang", type=click.Choice(["ko", "en"]), help="Else `language:` of shipway.yaml.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "html"]),
    default="md",
    show_default=True,
    help="Markdown, or a page of its own.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file.")
@click.option("--static", is_flag=True, help="From the files alone: no server is asked.")
@click.option(
    "--check",
    "checked",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Say whether this written document is stale (exit code 1); files alone are read.",
)
@asks_nothing
@json_option
@pass_session
def document(
    session: Session,
    *,
    kind: str,
    lang: str | None,
    form: str,
    output: Path | None,
    static: bool,
    checked: tuple[Path, ...],
) -> int:
    """Write a deployment document of this project.

    \b
    specification   architecture, ports, variables, checklist, commands, rollback
    plan            comparison of targets, preparation, phases, verification
    checklist       what is done and what must be confirmed before production
    record          problem, decisions, requirements, figures, changed files
    infrastructure  services, variables, backup, monitoring, CI/CD, tools
    """  # noqa: D301 - \b is click's
    if checked:
        return _check(session, checked)
    if static:
        from shipway.documents import written

        facts = _facts(session)
        language = lang or facts.language
        answer = {
            "kind": kind,
            "language": language,
            "text": written(kind, facts, language, form),
        }
    else:
        asked = {"form": form, **({"lang": lang} if lang else {})}
        client = session.client()
        answer = client.get(f"/projects/{session.project(client)}/documents/{kind}", **asked)
    if output is not None:
        output.write_text(str(answer["text"]), encoding="utf-8")
    if session.console.json:
        session.console.emit({**answer, "file": str(output) if output else None})
    elif output is None:
        click.echo(answer["text"], nl=False)
    else:
        session.console.say(f"written: {output}")
    return 0


def _check(session: Session, files: tuple[Path, ...]) -> int:
    from shipway.documents import is_fresh, written_as

    facts = _facts(session)
    found = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        wrote = written_as(text)
        if wrote is None:
            raise Problem(
                "no-document",
                f"{file} was not written by `shipway document`, or its last line is gone.",
                hints=[f"shipway document -o {file}"],
            )
        found.append({"file": str(file), "kind": wrote[0], "fresh": is_fresh(text, facts)})
    stale = [one for one in found if not one["fresh"]]
    if session.console.json:
        session.console.emit({"documents": found})
    else:
        for one in found:
            word = "fresh" if one["fresh"] else "stale"
            session.console.say(f"{one['file']}: {word}")
        for one in stale:
            session.console.say(f"Hint   shipway document {one['kind']} -o {one['file']}")
    return 1 if stale else 0


def _facts(session: Session) -> Facts:
    from shipway.api.facts import declared_facts

    return declared_facts(session.directory(), at=time.time())
