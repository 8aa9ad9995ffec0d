"""The front door of an environment: what shipway.yaml says of it, with pages and passwords."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shipway.errors import Problem, SourceRef
from shipway.model.application import RouteRule
from shipway.model.front import SAFE_HEADERS, FrontDoor, Tls
from shipway.model.workload import SecretMap
from shipway.spec.kinds import Placed
from shipway.spec.layers import Layers
from shipway.spec.tree import Tree
from shipway.spec.values import EnvironmentSpec, FrontSpec, Spec

PAGE_BYTES_MAX = 12_000


def make_front(
    spec: Spec,
    declared: EnvironmentSpec,
    environment: str,
    *,
    routes: Iterable[RouteRule],
    layers: Layers,
    tree: Tree,
) -> FrontDoor:
    """Return the front door; the environment's own keys replace the common ones.

    Raises Problem `tls-needs-names`, `front-value-missing`, `page-missing`,
    `page-too-large`, `file-missing`.
    """
    common = spec.front or FrontSpec(source=spec.source)
    own = declared.front or FrontSpec(source=declared.source)
    rules = tuple(routes)
    if declared.tls is not None:
        _check_names(declared, rules, environment)
    pages = own.pages if own.pages is not None else common.pages
    proxies = own.trusted_proxies
    return FrontDoor(
        tls=declared.tls,
        trusted_proxies=(common.trusted_proxies or ()) if proxies is None else proxies,
        headers=_headers(own.headers if own.headers is not None else common.headers),
        pages={name: _page(placed, tree) for name, placed in (pages or {}).items()},
        compress=bool(common.compress if own.compress is None else own.compress),
        values=_values(declared.tls, rules, layers, environment, declared.source),
    )


def _check_names(declared: EnvironmentSpec, rules: tuple[RouteRule, ...], environment: str) -> None:
    tls = declared.tls
    if tls is None or not tls.ordered:
        return
    if not declared.hosts and not any(rule.host for rule in rules):
        raise Problem(
            "tls-needs-names",
            f"tls: auto needs the names that {environment} answers to; it answers to every one.",
            hints=[f"write host: shop.example.com below environments.{environment}"],
            source=declared.source,
        )


def _headers(said: Mapping[str, str] | None) -> dict[str, str]:
    """Return the default headers with those that are said; an empty one is taken away."""
    lowered = {name.lower() for name in said or {}}
    found = {name: value for name, value in SAFE_HEADERS.items() if name.lower() not in lowered}
    return {**found, **{name: value for name, value in (said or {}).items() if value}}


def _page(placed: Placed[str], tree: Tree) -> str:
    found = tree.find(placed.value, placed.source)
    if found is None or not found.path.is_file():
        raise Problem(
            "page-missing",
            f"{placed.value} is missing: looked for it in {tree.places()}.",
            source=placed.source,
        )
    content = found.path.read_bytes()
    if len(content) > PAGE_BYTES_MAX:
        raise Problem(
            "page-too-large",
            f"{placed.value} has {len(content)} bytes; a page of the ingress may have"
            f" {PAGE_BYTES_MAX}, with styles and pictures inside.",
            source=placed.source,
        )
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Problem(
            "page-missing", f"{placed.value} is not UTF-8.", source=placed.source
        ) from None


def _values(
    tls: Tls | None,
    rules: tuple[RouteRule, ...],
    layers: Layers,
    environment: str,
    source: SourceRef,
) -> SecretMap:
    """Return the values that the rules and `tls` name."""
    named = [name for rule in rules for _user, name in rule.login]
    if tls is not None:
        named += [name for name in (tls.pem, tls.dns_credentials) if name]
    known = layers.values
    for name in named:
        if not known.get(name):
            raise Problem(
                "front-value-missing",
                f"{environment} has no value called {name}, which a login or `tls` names.",
                hints=[f"shipway secret set {name} -e {environment}"],
                source=source,
            )
    return SecretMap({name: known[name] for name in named})
