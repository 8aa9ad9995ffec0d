"""`extends`: a service takes over another, of the same file or of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipway.compose.gopath import directory, join, relative
from shipway.compose.merge import extend_service
from shipway.compose.paths import PathResolver
from shipway.compose.problems import NOT_FOUND, TOO_LARGE, did_you_mean, problem, type_name
from shipway.compose.resets import Resets
from shipway.compose.tree import Map, Mark, clone

if TYPE_CHECKING:
    from shipway.compose.pipeline import Pipeline

DEPTH_MAX = 50
Chain = tuple[tuple[str, str], ...]


class Extender:
    """Applies `extends` to the services of one file.

    directory: the absolute directory that `extends.file` is relative to.
    """

    def __init__(self, pipeline: Pipeline, file: str, folder: str) -> None:
        self._pipeline = pipeline
        self._file = file
        self._folder = folder

    def apply(self, model: Map, resets: Resets) -> None:
        """Replace every service that extends another by the merged one.  Raises Problem."""
        if "services" not in model:
            return
        services = model["services"]
        if not isinstance(services, Map):
            raise problem("services must be a mapping", model.mark_of("services"))
        for name in list(services):
            services[name] = self._extended(name, services, (), (resets,), None)

    def _extended(
        self,
        name: str,
        services: Map,
        chain: Chain,
        resets: tuple[Resets, ...],
        asked: Mark | None,
    ) -> Any:
        service = services.get(name)
        if service is None:
            return None
        if not isinstance(service, Map):
            raise problem(
                f"services.{name} must be a mapping, not {type_name(service)}",
                services.mark_of(name) or asked,
            )
        if "extends" not in service:
            return service
        mark = service.mark_of("extends")
        base_name, file = _reference(service["extends"], name, mark)
        origin = self._file
        base_services = services
        if file is not None:
            base_services, base_resets = self._load(name, base_name, file, mark)
            resets = (*resets, base_resets)
            origin = file
        elif base_name not in services:
            raise problem(
                f"services.{name} extends `{base_name}`, which is not in this file",
                mark,
                hints=did_you_mean(base_name, services),
            )
        if len(chain) > DEPTH_MAX:
            raise problem(
                f"services.{name}: more than {DEPTH_MAX} services extend one another",
                mark,
                kind=TOO_LARGE,
            )
        if (origin, name) in chain:
            steps = " → ".join(service_name for _, service_name in (*chain, (origin, name)))
            raise problem(f"services.{name}: `extends` goes in a circle: {steps}", mark)
        base = self._extended(base_name, base_services, (*chain, (origin, name)), resets, mark)
        if base is None:
            return service
        source = clone(base)
        for reset in resets:
            reset.apply(Map.of(None, services=Map.of(None, **{name: source})))
        merged = extend_service(source, service)
        merged.pop("extends", None)
        # The file that named the base gets the result, under the name of the extending one.
        base_services[name] = merged
        return merged

    def _load(self, name: str, base: str, file: str, mark: Mark | None) -> tuple[Map, Resets]:
        """Return the services of another file, paths relative to the project's directory."""
        pipeline = self._pipeline
        pipeline.refuse_remote(file, mark)
        path = join(self._folder, file) if not file.startswith("/") else file
        model, resets = pipeline.load_for_extends(path, mark)
        services = model.get("services")
        if not isinstance(services, Map):
            raise problem(f"services.{name} extends a file without services: {file}", mark)
        if base not in services:
            raise problem(
                f"services.{name} extends `{base}`, which is not in {file}",
                mark,
                kind=NOT_FOUND,
                hints=did_you_mean(base, services),
            )
        is_folder = pipeline.is_folder(path)
        folder = path if is_folder else self._absolute(directory(file))
        PathResolver(relative(self._folder, folder), home=pipeline.home, cwd=pipeline.cwd).apply(
            model
        )
        return services, resets

    def _absolute(self, path: str) -> str:
        return path if path.startswith("/") else join(self._folder, path)


def _reference(extends: Any, name: str, mark: Mark | None) -> tuple[str, str | None]:
    if isinstance(extends, str):
        return extends, None
    if isinstance(extends, Map) and isinstance(extends.get("service"), str):
        file = extends.get("file")
        if file is None or isinstance(file, str):
            return extends["service"], file
    raise problem(
        f"services.{name}.extends: needs a `service`, and may have a `file`",
        mark,
        hints=("write `extends: {file: base.yml, service: web}`",),
    )
