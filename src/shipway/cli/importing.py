"""import: what other tools were told, as lines of shipway.yaml."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shipway.cli.lazy import Entry, LazyGroup
from shipway.cli.session import Session, json_option, pass_session
from shipway.errors import Problem

if TYPE_CHECKING:
    from shipway.nginx import Imported
    from shipway.spec.facts import ServiceFacts

FILE_BYTES_MAX = 1_000_000


COMMANDS = {
    "From other tools": {
        "nginx": Entry("shipway.cli.importing:nginx", "What an nginx file means."),
        "render": Entry("shipway.cli.import_hosting:render", "What a render.yaml means."),
        "vercel": Entry("shipway.cli.import_hosting:vercel", "What a vercel.json means."),
        "railway": Entry("shipway.cli.import_railway:railway", "What a railway.toml means."),
    }
}


@click.group("import", cls=LazyGroup, sections=COMMANDS)
def import_() -> None:
    """Translate other tools' files into lines of shipway.yaml.  Writes nothing."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@pass_session
def nginx(session: Session, file: Path) -> None:
    """Print what an nginx FILE means to Shipway, and what of it was not understood, and why.

    Host names of `proxy_pass` are those of the Compose file in this directory.
    """
    directory = session.find_directory() or Path(os.path.realpath(session.start or "."))
    facts = compose_facts(directory)
    found, aside = read_file(file, directory, facts)
    console = session.console
    lines = import_lines([found], aside)
    if console.json:
        console.emit({"file": str(file), "text": "\n".join(lines), **_view(found)})
        return
    console.say(*(lines or [f"{file}: no route could be made of it."]), *remark_lines([found]))


def compose_facts(directory: Path, head: Sequence[str] = ()) -> Mapping[str, ServiceFacts]:
    """Return the services of the directory's Compose file.  Raises Problem.

    head: the first lines of a shipway.yaml that is not there yet.
    """
    from shipway.cli.init_contract import stand_ins
    from shipway.model.names import default_project
    from shipway.spec.composition import compose_for
    from shipway.spec.facts import service_facts
    from shipway.spec.layers import resolve_layers
    from shipway.spec.reader import find_spec, load_spec, read_spec
    from shipway.spec.tree import Tree

    if find_spec(directory):
        spec = load_spec(directory)
    else:
        spec = read_spec("\n".join(head or [f"project: {default_project(directory)}"]) + "\n")
    environment = "staging" if "staging" in spec.environments else next(iter(spec.environments))
    tree = Tree(source=directory, local=None)
    layers = resolve_layers(
        spec,
        environment,
        source=directory,
        local=None,
        variables=stand_ins(directory, spec.compose),
    )
    composition = compose_for(spec, environment, tree=tree, layers=layers, read_env_files=False)
    return service_facts(composition.model.get("services") or {})


def read_file(
    file: Path, directory: Path, facts: Mapping[str, ServiceFacts]
) -> tuple[Imported, tuple[str, ...]]:
    """Return what a file means, and the services that only were the proxy with it."""
    from shipway.nginx import read_nginx, translate
    from shipway.spec.proxies import find_proxies, nginx_services

    if file.stat().st_size > FILE_BYTES_MAX:
        raise Problem(
            "bad-file",
            f"{file} is larger than 1 MB: no nginx configuration is.",
            hints=[f"ls -l {file}"],
        )
    real = Path(os.path.realpath(file))
    shown = os.path.relpath(real, directory) if real.is_relative_to(directory) else str(file)
    aside = tuple(one.service for one in find_proxies(facts) if real in one.files)
    services = nginx_services(facts, frozenset(aside))
    text = real.read_text(encoding="utf-8", errors="replace")
    return translate(read_nginx(shown, text), services), aside


def project_imports(
    directory: Path, head: Sequence[str] = ()
) -> tuple[list[Imported], tuple[str, ...]]:
    """Return what the nginx files mean that the project's own proxy mounts, and its service.

    Nothing where it stays: see `staying_proxy`.
    """
    from shipway.spec.proxies import find_proxies, holds

    facts = compose_facts(directory, head)
    proxies = find_proxies(facts)
    found = []
    for proxy in proxies:
        for file in proxy.files:
            imported, _ = read_file(file, directory, facts)
            if imported.routes or imported.unknown:
                found.append(imported)
    leads = any(route.path == "/" for item in found for route in item.routes)
    if not leads or any(holds(facts[one.service], found) for one in proxies):
        return [], ()  # it serves files itself, or does more than is understood: it stays
    return found, tuple(one.service for one in proxies)


def staying_proxy(facts: Mapping[str, ServiceFacts], aside: tuple[str, ...]) -> list[str]:
    """Return the routes where a proxy of the project's own must go on serving."""
    from shipway.spec.proxies import find_proxies

    staying = [proxy for proxy in find_proxies(facts) if proxy.service not in aside]
    if len(staying) != 1:
        return []
    name = staying[0].service
    why = f"# {name} serves files itself, or does more than is understood: it stays, and takes all"
    return [why, "routes:", f"  /: {name}"]


def import_lines(imports: list[Imported], aside: tuple[str, ...]) -> list[str]:
    """Return lines of shipway.yaml: of the first file that gives routes."""
    from shipway.model.front import SAFE_HEADERS
    from shipway.nginx import spec_lines

    for found in imports:
        lines = spec_lines(found, SAFE_HEADERS)
        if lines:
            if aside:
                lines += ["services:"]
                lines += [
                    f"  {name}: {{deploy: false}}  # only was the proxy; remove this to keep it"
                    for name in aside
                ]
            return lines
    return []


def remark_lines(imports: list[Imported]) -> list[str]:
    """Return comments: what is otherwise than with nginx, and what was not understood."""
    lines: list[str] = []
    for found in imports:
        if found.remarks:
            lines += ["", f"# Otherwise than in {found.path}:"]
            lines += [f"# - {text}" for text in found.remarks]
        if found.unknown:
            lines += ["", f"# Not taken from {found.path}:"]
            lines += [f"# - line {item.line}: {item.text}: {item.why}" for item in found.unknown]
    return [line.replace("\n", " ") if line.startswith("#") else line for line in lines]


def _view(found: Imported) -> dict[str, Any]:
    return {
        "routes": [asdict(route) for route in found.routes],
        "hosts": list(found.hosts),
        "tls": found.tls,
        "headers": dict(found.headers),
        "remarks": list(found.remarks),
        "unknown": [asdict(item) for item in found.unknown],
    }
