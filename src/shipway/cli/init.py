"""init: a first shipway.yaml for a project with a Compose file.

Writes what has to be said, and as comments what was guessed and what is worth a look.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from shipway.cli.session import SPEC_NAMES, Session, json_option, pass_session
from shipway.errors import Problem, SourceRef
from shipway.model.application import HEALTH_PATHS, Application
from shipway.model.workload import Role

HEADING = """\
# How Shipway brings this project to its environments.
# Every key: shipway schema, or docs/shipway-yaml.md.
"""


@click.command()
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
    text = draft(directory)
    path = directory / SPEC_NAMES[0]
    path.write_text(text, encoding="utf-8")
    console = session.console
    if console.json:
        console.emit({"path": str(path), "text": text})
        return
    console.say(f"Wrote {path}:", "", text.rstrip(), "", "Look at it, then:")
    console.say("  git add shipway.yaml && git commit -m 'Deploy with Shipway'", "  shipway deploy")


def draft(directory: Path) -> str:
    """Return a shipway.yaml for the Compose file in `directory`.

    Raises Problem where the Compose file is missing or does not load.
    """
    from shipway.cli.importing import import_lines, project_imports, remark_lines
    from shipway.spec.reader import default_project

    lines = [f"project: {default_project(directory)}"]
    imports, aside = project_imports(directory)
    taken = import_lines(imports, aside)
    if taken:
        lines += ["", f"# taken from {imports[0].path}", *taken]
    try:
        app = _application(directory, lines)
    except Problem as problem:
        if problem.kind != "routes-needed":
            raise
        lines += ["", "# guessed from the services' names: which requests go to which service"]
        lines += problem.details
        app = _application(directory, lines)
    from shipway.cli.init_contract import contract_lines

    lines += contract_lines(directory, app)
    _application(directory, lines)  # what is proposed can be read
    return "\n".join([HEADING + lines[0], *lines[1:], *_remarks(app), *remark_lines(imports), ""])


def _application(directory: Path, lines: list[str]) -> Application:
    """Return what these lines make of the project in staging."""
    from shipway.cli.init_contract import stand_ins
    from shipway.spec.assemble import assemble
    from shipway.spec.composition import compose_for
    from shipway.spec.layers import resolve_layers
    from shipway.spec.reader import read_spec
    from shipway.spec.tree import Tree

    spec = read_spec("\n".join(lines) + "\n")
    tree = Tree(source=directory, local=None)
    layers = resolve_layers(
        spec, "staging", source=directory, local=tree.local, variables=stand_ins(directory)
    )
    composition = compose_for(spec, "staging", tree=tree, layers=layers)
    return assemble(
        spec=spec,
        environment="staging",
        model=composition.model,
        place=composition.place,
        layers=layers,
        tree=tree,
        notes=composition.notes,
    )


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
