"""What must hold between the parts of a project: every reference has its target, no circles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.compose.problems import did_you_mean, dotted, problem
from shipway.compose.scalars import single_precision
from shipway.compose.tree import Map
from shipway.compose.validate import locate
from shipway.errors import Problem

Model = dict[str, Any]


def check_consistency(sections: Mapping[str, Model], disabled: Model, tree: Map) -> None:
    """Refuse a model whose parts do not fit together.  Raises Problem."""
    check = _Check(sections, disabled, tree)
    for name, service in sections["services"].items():
        check.service(name, service)
    for name, secret in sections["secrets"].items():
        if not (secret.get("external") or secret.get("file") or secret.get("environment")):
            raise check.no(("secrets", name), "needs `file` or `environment`")
    check.cycles()


class _Check:
    """The checks of one project."""

    def __init__(self, sections: Mapping[str, Model], disabled: Model, tree: Map) -> None:
        self._sections = sections
        self._services = sections["services"]
        self._disabled = disabled
        self._tree = tree

    def no(self, path: tuple[str | int, ...], message: str, hints: tuple[str, ...] = ()) -> Problem:
        return problem(f"{dotted(path)}: {message}", locate(self._tree, path), hints=hints)

    def service(self, name: str, service: Model) -> None:
        path = ("services", name)
        if "build" not in service and not service.get("image") and "provider" not in service:
            raise self.no(
                path,
                "has neither an image nor a build",
                ("add `image:` or `build:`",),
            )
        if "build" in service:
            self._build(name, service)
        if service.get("network_mode") and service.get("networks"):
            raise self.no(
                (*path, "network_mode"),
                "`network_mode` and `networks` exclude each other",
                ("remove one of the two",),
            )
        for network in service.get("networks", {}):
            self._reference((*path, "networks", network), "networks", network)
        for model in service.get("models", {}):
            self._reference((*path, "models", model), "models", model)
        test = (service.get("healthcheck") or {}).get("test")
        if test and test[0] not in {"CMD", "CMD-SHELL", "NONE"}:
            raise self.no(
                (*path, "healthcheck", "test"),
                "must start with CMD, CMD-SHELL or NONE",
                (f'write ["CMD", "{test[0]}", …]',),
            )
        self._dependencies(name, service)
        for index, volume in enumerate(service.get("volumes", ())):
            if volume.get("type") == "volume" and volume.get("source"):
                here = (*path, "volumes", index)
                self._reference(here, "volumes", volume["source"])
        for kind in ("configs", "secrets"):
            for index, mount in enumerate(service.get(kind, ())):
                self._reference((*path, kind, index), kind, mount.get("source", ""))
        self._limits(name, service)
        self._scale(name, service)
        for index, watch in enumerate((service.get("develop") or {}).get("watch", ())):
            if not watch.get("target") and watch.get("action") not in {"rebuild", "restart"}:
                raise self.no(
                    (*path, "develop", "watch", index), "needs a `target` unless it rebuilds"
                )

    def _reference(self, path: tuple[str | int, ...], section: str, name: str) -> None:
        if name not in self._sections[section]:
            kind = section.removesuffix("s")
            hints = did_you_mean(name, self._sections[section])
            raise self.no(
                path,
                f"the {kind} `{name}` is not defined",
                (*hints, f"define it under `{section}:` at the top level"),
            )

    def _build(self, name: str, service: Model) -> None:
        build = service["build"]
        path = ("services", name, "build")
        if build.get("dockerfile_inline") and build.get("dockerfile"):
            raise self.no(path, "`dockerfile` and `dockerfile_inline` exclude each other")
        for key, context in build.get("additional_contexts", {}).items():
            if not context.startswith("service:"):
                continue
            target = context.removeprefix("service:")
            here = (*path, "additional_contexts", key)
            if target not in self._services:
                hints = did_you_mean(target, self._services)
                raise self.no(here, f"there is no service `{target}`", hints)
            if "build" not in self._services[target]:
                raise self.no(here, f"the service `{target}` is not built")
        platforms = build.get("platforms")
        platform = service.get("platform")
        if platforms and platform and platform not in platforms:
            raise self.no((*path, "platforms"), f"must include the service's platform {platform}")
        for index, mount in enumerate(build.get("secrets", ())):
            self._reference((*path, "secrets", index), "secrets", mount.get("source", ""))

    def _dependencies(self, name: str, service: Model) -> None:
        for other, settings in service.get("depends_on", {}).items():
            if other in self._services:
                continue
            if other in self._disabled and not settings["required"]:
                continue
            here = ("services", name, "depends_on", other)
            if other in self._disabled:
                profiles = ", ".join(self._disabled[other].get("profiles", ()))
                raise self.no(
                    here,
                    f"the service `{other}` is only there with a profile: {profiles}",
                    (f"add --profile {profiles.split(',')[0]}, or `required: false`",),
                )
            hints = did_you_mean(other, self._services)
            raise self.no(here, f"there is no service `{other}`", hints)
        mode = service.get("network_mode", "")
        if mode.startswith("service:") and mode.removeprefix("service:") not in self._services:
            raise self.no(("services", name, "network_mode"), "there is no such service")

    def _limits(self, name: str, service: Model) -> None:
        """Refuse limits that are given twice with different values."""
        resources = (service.get("deploy") or {}).get("resources", {})
        limits, reservations = resources.get("limits"), resources.get("reservations")
        for key, other, given in (
            ("cpus", "cpus", limits),
            ("mem_limit", "memory", limits),
            ("mem_reservation", "memory", reservations),
            ("pids_limit", "pids", limits),
        ):
            value = service.get(key)
            if not value or given is None:
                continue
            twin = given.get(other, 0)
            if key == "cpus":
                value, twin = single_precision(value), single_precision(twin)
            if value != twin:
                raise self.no(
                    ("services", name, key),
                    f"differs from `deploy.resources` ({other})",
                    ("give the limit once, or the same value twice",),
                )

    def _scale(self, name: str, service: Model) -> None:
        path = ("services", name)
        scale = service.get("scale")
        deploy = service.get("deploy")
        replicas = (deploy or {}).get("replicas")
        if scale is not None and deploy is not None:
            if replicas is not None and scale != replicas:
                raise self.no((*path, "scale"), "differs from `deploy.replicas`")
            self._set_replicas(deploy, scale)
        count = scale if scale is not None else replicas if replicas is not None else 1
        if count > 1 and service.get("container_name"):
            raise self.no(
                (*path, "container_name"),
                f"{count} containers cannot share one name",
                ("remove `container_name`",),
            )

    def _set_replicas(self, deploy: Model, scale: int) -> None:
        if "replicas" in deploy:
            return
        given = dict(deploy)
        deploy.clear()
        if "mode" in given:
            deploy["mode"] = given.pop("mode")
        deploy["replicas"] = scale
        deploy.update(given)

    def cycles(self) -> None:
        """Refuse services that wait for each other."""
        done: set[str] = set()
        for start in self._services:
            trail: list[str] = []
            stack: list[tuple[str, list[str]]] = [(start, self._needs(start))]
            if start in done:
                continue
            trail.append(start)
            while stack:
                name, needs = stack[-1]
                if not needs:
                    stack.pop()
                    trail.pop()
                    done.add(name)
                    continue
                other = needs.pop(0)
                if other in trail:
                    circle = " → ".join((*trail[trail.index(other) :], other))
                    raise self.no(
                        ("services", name, "depends_on", other), f"goes in a circle: {circle}"
                    )
                if other not in done:
                    stack.append((other, self._needs(other)))
                    trail.append(other)

    def _needs(self, name: str) -> list[str]:
        return [
            other for other in self._services[name].get("depends_on", {}) if other in self._services
        ]
