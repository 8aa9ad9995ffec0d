"""generate render, railway, vercel: the project as another platform would host it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from shipway.cli.session import Session, json_option, pass_session, yes_if_asked
from shipway.errors import Problem

if TYPE_CHECKING:
    from shipway.cli.project_facts import ProjectFacts
    from shipway.hosting.leaving import Leaving

SAME = "It is as it should be."


@click.command()
@yes_if_asked
@json_option
@pass_session
def render(session: Session, *, yes: bool) -> int:
    """Write render.yaml: services, databases and variables as a Blueprint of Render.

    No secret is in it: they are asked for, or made, on Render.
    """
    import yaml

    from shipway.cli.project_facts import project_facts
    from shipway.cli.writing import write_files
    from shipway.hosting.render import HEADING, blueprint

    facts = project_facts(session.directory())
    found = leaving_of(facts)
    text = HEADING + yaml.safe_dump(blueprint(found), sort_keys=False, allow_unicode=True)
    code = write_files(session.console, facts.top, {"render.yaml": text}, yes=yes, same=SAME)
    return _told(session, found, code, "Set by hand on Render, when the Blueprint is made:")


@click.command()
@yes_if_asked
@json_option
@pass_session
def railway(session: Session, *, yes: bool) -> int:
    """Write .railway/railway.py: the project for `railway config plan`.

    No secret is in it: those are set on Railway, and left alone by it.
    """
    from shipway.cli.project_facts import project_facts
    from shipway.cli.writing import write_files
    from shipway.hosting.railway_config import PATH, program

    facts = project_facts(session.directory())
    found = leaving_of(facts)
    code = write_files(session.console, facts.top, {PATH: program(found)}, yes=yes, same=SAME)
    return _told(session, found, code, "Set by hand on Railway:", generated=True)


@click.command()
@click.option(
    "--backend", metavar="URL", default="", help="Where the other services are reached from there."
)
@yes_if_asked
@json_option
@pass_session
def vercel(session: Session, backend: str, *, yes: bool) -> int:
    """Write vercel.json beside the front end: how `vercel --prod` builds it.

    What leads to other services here is passed on to --backend.
    """
    import json

    from shipway.cli.project_facts import in_repository, project_facts, services_of
    from shipway.cli.writing import write_files
    from shipway.hosting.vercel import FrontEnd, asked_for, configuration, front_service
    from shipway.toolchain.parts import Language

    if backend and not backend.startswith(("https://", "http://")):
        raise Problem("bad-url", f"{backend} is no address.", hints=["--backend https://api.…"])
    facts = project_facts(session.directory())
    name = front_service(facts.app)
    alone = sum(item.language is Language.NODE for item in facts.parts) == 1
    part = next(
        (
            item
            for item in facts.parts
            if item.language is Language.NODE
            and any(one.name == name for one in services_of(item, facts.app, alone=alone))
        ),
        None,
    )
    if name is None or part is None:
        raise Problem(
            "no-front-end",
            "Vercel takes a front end in Node: no service with a package.json answers at /.",
            hints=["shipway generate render, for the whole project"],
        )
    there = in_repository(part, facts.below)
    front = FrontEnd(
        directory=there.directory,
        manager=part.manager,
        libraries=part.libraries,
        locked=bool(part.lock),
    )
    path = f"{there.directory}/vercel.json" if there.directory not in {"", "."} else "vercel.json"
    text = json.dumps(configuration(front, facts.app, backend), indent=2) + "\n"
    code = write_files(session.console, facts.top, {path: text}, yes=yes, same=SAME)
    if code == 0 and not session.console.json:
        hosted = next(item for item in leaving_of(facts).services if item.name == name)
        if not backend and len(facts.app.routes) > 1:
            session.console.say("Nothing is passed on to other services: --backend URL does.")
        if asked := asked_for(hosted):
            session.console.say("", f"Set by hand on Vercel: {', '.join(asked)}")
    return code


def leaving_of(facts: ProjectFacts) -> Leaving:
    """Return the project as other platforms would host it; no value of .env is read."""
    from shipway.cli.project_facts import production_of, staging_of
    from shipway.compose import load
    from shipway.generate.stores import kind_of
    from shipway.hosting.leaving import Here, leaving
    from shipway.model.workload import Role
    from shipway.spec.composition import compose_files

    name = (
        production_of(facts.spec) or staging_of(facts.spec) or next(iter(facts.spec.environments))
    )
    environment = facts.spec.environment(name)
    directory = facts.files.root
    raw = load(
        directory,
        compose_files(facts.spec, environment, directory),
        environment={},
        profiles=(*facts.spec.profiles, *environment.profiles),
        project_name=facts.spec.project,
        interpolate=False,
        read_env_files=False,
        consistent=False,
    )
    return leaving(
        Here(
            project=facts.spec.project,
            app=facts.app,
            below=facts.below,
            hosts=environment.hosts,
            kinds={
                service.name: kind_of(str(service.definition.get("image") or ""))
                for service in facts.app.of_role(Role.STATEFUL)
            },
            written={
                service: dict(model.get("environment") or {})
                for service, model in raw.model["services"].items()
            },
            contract=facts.spec.contract,
        )
    )


def _told(
    session: Session, found: Leaving, code: int, heading: str, *, generated: bool = False
) -> int:
    from shipway.hosting.leaving import From

    if code != 0 or session.console.json:
        return code
    by_hand = {From.ASKED, From.GENERATED} if generated else {From.ASKED}
    asked = [
        f"  {item.name:<12} {', '.join(names)}"
        for item in found.services
        if (names := [one.name for one in item.variables if one.comes in by_hand])
    ]
    if asked:
        session.console.say("", heading, *asked)
    if found.remarks:
        session.console.say("", *(f"- {text}" for text in found.remarks))
    return code
