"""init: a first shipway.yaml for a project with a Compose file.

Writes what has to be said, and as comments what was guessed and what is worth a look.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shipway.cli.init_ports import PORTS, ports_here, ports_note
from shipway.cli.project_here import SPEC_NAMES
from shipway.cli.session import Session, asks_nothing, json_option, pass_session
from shipway.errors import Problem, SourceRef
from shipway.model.application import HEALTH_PATHS, Application
from shipway.model.workload import Role

if TYPE_CHECKING:
    from shipway.checks.facts.files import Files
    from shipway.cli.init_sources import Sources
    from shipway.nginx import Imported
    from shipway.spec.facts import ServiceFacts

HEADING = """\
# How Shipway brings this project to its environments.
# Every key: shipway schema, or docs/shipway-yaml.md.
"""


@click.command()
@asks_nothing
@json_option
@pass_session
def init(session: Session) -> None:
    """Write shipway.yaml beside the Compose file of this directory; never overwrites one."""
    directory = Path(os.path.realpath(session.start or "."))
    for name in SPEC_NAMES:
        if (directory / name).exists():
            raise Problem(
                "spec-exists",
                f"there is a {name} in {directory} already; it was left as it is.",
                source=SourceRef(path=name),
                hints=["shipway deploy"],
            )
    ports = ports_here()
    text = draft(directory, ports)
    path = directory / SPEC_NAMES[0]
    path.write_text(text, encoding="utf-8")
    console = session.console
    if console.json:
        console.emit({"path": str(path), "text": text})
        return
    console.say(f"Wrote {path}:", "", text.rstrip(), "")
    if (note := ports_note(ports)) and any(f"port: {port}" in text for port in ports.values()):
        console.say(note)
    console.say("Look at it, then:")
    console.say("  git add shipway.yaml && git commit -m 'Deploy with Shipway'")
    if "generate:" in text:
        console.say("  shipway secret generate --missing")
    console.say("  shipway deploy")


def draft(directory: Path, ports: Mapping[str, int] = PORTS) -> str:
    """Return a shipway.yaml for the Compose file in `directory`.

    ports: of the environments, where the project's files name none.  Raises Problem where the Compose file is missing or does not load.
    """
    from shipway.checks.facts.files import Files
    from shipway.cli import init_proposals as proposals
    from shipway.cli.importing import compose_facts, project_imports, remark_lines, staying_proxy
    from shipway.cli.init_builds import build_remarks
    from shipway.cli.init_routes import console_password
    from shipway.cli.init_sources import Sources
    from shipway.model.names import default_project

    files = Files(directory)
    head = [f"project: {default_project(directory)}", *proposals.compose_line(directory, files)]
    imports, aside = project_imports(directory, head)
    facts = compose_facts(directory, head)
    staying = staying_proxy(facts, aside)
    lines, app = _front(directory, head, imports, aside, files, ports=ports, staying=staying)
    sources = Sources(files, app, facts)
    lines, app = _with_code(
        directory, lines, app, sources, guessed=not imports, whole=bool(staying)
    )
    consoles = [name for line in lines if (name := console_password(line))]
    lines += _rest(app, facts, sources, compose=_compose(head), consoles=consoles)
    _application(directory, lines)  # what is proposed can be read
    remarks = [
        *_remarks(app),
        *_absent(directory, facts),
        *build_remarks(app, files),
        *remark_lines(imports),
    ]
    return "\n".join([HEADING + lines[0], *lines[1:], *remarks, ""])


def _front(
    directory: Path,
    head: list[str],
    imports: list[Imported],
    aside: tuple[str, ...],
    files: Files,
    *,
    ports: Mapping[str, int],
    staying: list[str],
) -> tuple[list[str], Application]:
    """Return environments and routes: of the proxy's file, else guessed by names."""
    from shipway.cli.importing import compose_facts, import_lines
    from shipway.cli.init_environments import environment_lines
    from shipway.cli.init_routes import guessed_lines

    lines = [*head]
    taken = import_lines(imports, aside)
    if taken:
        lines += ["", f"# taken from {imports[0].path}", *taken]
    lines += environment_lines(lines, files, ports)
    if staying:
        lines += ["", *staying]
    try:
        app = _application(directory, lines)
    except Problem as problem:
        if problem.kind != "routes-needed":
            raise
        if any("NAME_OF_A_SERVICE" in line for line in problem.details):
            lines += ["", "# no service seems to take requests; else: routes: {/: SERVICE}"]
            lines += ["routes: []"]
            return lines, _application(directory, lines)
        guessed, source = guessed_lines(problem.details, files, compose_facts(directory, head))
        lines += ["", f"# guessed from {source}: which requests go to which service", *guessed]
        app = _application(directory, lines)
    if "routes:" not in lines and len(app.routes) == 1:
        lines += ["", "routes:", f"  {app.routes[0].path}: {app.routes[0].service}"]
    return lines, app


def _with_code(
    directory: Path,
    lines: list[str],
    app: Application,
    sources: Sources,
    *,
    guessed: bool,
    whole: bool,
) -> tuple[list[str], Application]:
    """Return the lines with what the code tells of routes and health.

    guessed: no proxy's file said which limits are wanted.  whole: the routes are complete.
    """
    from shipway.cli.init_health import service_lines
    from shipway.cli.init_proposals import below_routes
    from shipway.cli.init_routes import more_routes

    asked = service_lines(app, sources)
    if asked:
        lines = _with_services(lines, asked)
        app = _application(directory, lines)
    if not whole:
        lines = [*below_routes(lines, more_routes(app, sources, guessed=guessed))]
    return lines, _application(directory, lines)


def _rest(
    app: Application,
    facts: Mapping[str, ServiceFacts],
    sources: Sources,
    *,
    compose: tuple[str, ...],
    consoles: list[str],
) -> list[str]:
    """Return what stands below routes and services.

    consoles: the variables of the logins in the routes.
    """
    from shipway.cli import init_proposals as proposals
    from shipway.cli.init_contract import propose_contract
    from shipway.cli.init_jobs import migrate_lines
    from shipway.cli.init_watching import backup_lines, indicator_lines

    files = sources.files
    contract = propose_contract(files, facts, sources, compose, consoles=consoles)
    return [
        *migrate_lines(app, files, sources),
        *contract.files,
        *contract.lines,
        *proposals.smoke_lines(app),
        *proposals.journey_lines(app),
        *indicator_lines(app, files, sources),
        *backup_lines(app),
    ]


def _compose(head: list[str]) -> tuple[str, ...]:
    said = [line.partition(": ")[2] for line in head if line.startswith("compose: ")]
    return tuple(name for text in said for name in text.strip("[]").split(", "))


def _with_services(lines: list[str], asked: list[str]) -> list[str]:
    """Return the lines with health paths below `services:`, which may be there already."""
    if "services:" not in lines:
        return [*lines, "", "services:", *asked]
    at = lines.index("services:") + 1
    return [*lines[:at], *asked, *lines[at:]]


def _application(directory: Path, lines: list[str]) -> Application:
    """Return what these lines make of the project in staging."""
    from shipway.cli.init_contract import stand_ins
    from shipway.cli.init_routes import console_password
    from shipway.spec.assemble import assemble
    from shipway.spec.composition import compose_for
    from shipway.spec.layers import resolve_layers
    from shipway.spec.reader import read_spec
    from shipway.spec.tree import Tree

    spec = read_spec("\n".join(lines) + "\n")
    tree = Tree(source=directory, local=None)
    layers = resolve_layers(
        spec,
        "staging",
        source=directory,
        local=tree.local,
        variables=stand_ins(directory, spec.compose)
        | {name: "1" for line in lines if (name := console_password(line))},
    )
    composition = compose_for(spec, "staging", tree=tree, layers=layers, read_env_files=False)
    return assemble(
        spec=spec,
        environment="staging",
        composition=composition,
        layers=layers,
        tree=tree,
    )


def _absent(directory: Path, facts: Mapping[str, ServiceFacts]) -> list[str]:
    """Return comments: files of variables that services need and that are not there."""
    found = []
    for name, service in facts.items():
        for item in service.definition.get("env_file") or ():
            given = item if isinstance(item, dict) else {"path": item}
            path = Path(str(given.get("path")))
            if given.get("required", True) and not path.is_file():
                found.append(f"# - {name}: {os.path.relpath(path, directory)}")
    if not found:
        return []
    advice = (
        "# In the Compose file: env_file: [{path: FILE, required: false}], and variables as above."
    )
    return [
        "",
        "# Files of variables that are not there, and so would hold up a deploy:",
        *found,
        advice,
    ]


def _remarks(app: Application) -> list[str]:
    """Return comments: what was guessed of the services, and how their health is asked."""
    lines = [f"# - {note}" for note in app.notes]
    unsure = [
        service.name
        for service in app.of_role(Role.WEB)
        if service.probe is not None and service.probe.paths == HEALTH_PATHS
    ]
    if lines:
        lines = ["", "# Taken from the Compose file:", *lines]
    if unsure:
        tried = ", ".join(HEALTH_PATHS)
        lines += ["", f"# Health is asked at the first of {tried} that is there. To name yours:"]
        lines += ["# services:"]
        lines += [f"#   {name}: {{health: /your/path}}" for name in unsure]
    return lines
