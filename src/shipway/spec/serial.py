"""An application as JSON and back, and its fingerprint.

The daemon keeps the revealed form in a file of mode 0600 beside the release, so that a
rollback brings back exactly what ran.  The other form, for people and programs that only
look, has `***` in the place of every value that may be a secret and cannot be read back.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from shipway.errors import SourceRef
from shipway.model.application import (
    Application,
    Job,
    Policy,
    Probe,
    Service,
    SmokeCheck,
)
from shipway.model.backup_settings import settings_from_json, settings_to_json
from shipway.model.journey import journey_from_json, journey_to_json
from shipway.model.names import EnvironmentId
from shipway.model.registry import registry_from_json, registry_to_json
from shipway.model.watching import watching_from_json, watching_to_json
from shipway.model.workload import MountedFile, Role, SecretMap
from shipway.spec.redact import Redactor
from shipway.spec.serial_front import front_from_json, front_to_json, rule_from_json

FORMAT = 1


def application_to_json(app: Application, *, reveal: bool) -> dict[str, Any]:
    """Return the application as plain JSON values; `reveal` decides about values of variables.

    Without `reveal`, variables, build arguments, contents of files, secrets and configs
    are `***`, and so are known secrets wherever they stand in a definition.
    """
    document = {
        "format": FORMAT,
        "revealed": reveal,
        **{
            name: getattr(app, name)
            for name in ("port", "address", "base_path", "engine", "root", "sleep_after_s")
        },
        "environment": {"project": app.environment.project, "name": app.environment.name},
        "hosts": list(app.hosts),
        "services": [_service(service) for service in app.services],
        "routes": [asdict(rule) for rule in app.routes],
        "front": front_to_json(app.front),
        "jobs": [asdict(job) for job in app.jobs],
        "smoke": [asdict(check) for check in app.smoke],
        "journeys": [journey_to_json(journey) for journey in app.journeys],
        "policy": asdict(app.policy),
        "backup": settings_to_json(app.backup),
        "watching": watching_to_json(app.watching),
        "registry": registry_to_json(app.registry),
        **{name: getattr(app, name) for name in ("volumes", "networks", "secrets", "configs")},
        "notes": list(app.notes),
    }
    if not reveal:
        document = Redactor(app).redact(document)
    plain: dict[str, Any] = json.loads(json.dumps(document))
    return plain


def application_from_json(value: Mapping[str, Any]) -> Application:
    """Rebuild the application that `application_to_json(…, reveal=True)` was made from.

    Raises ValueError for another format, or for a form that hides values.
    """
    if value.get("format") != FORMAT:
        raise ValueError(f"an application in format {value.get('format')!r} cannot be read")
    if not value.get("revealed"):
        raise ValueError("an application whose values are hidden cannot be read back")
    return Application(
        environment=EnvironmentId(value["environment"]["project"], value["environment"]["name"]),
        services=tuple(_read_service(item) for item in value["services"]),
        routes=tuple(rule_from_json(item) for item in value["routes"]),
        front=front_from_json(value["front"]),
        jobs=tuple(
            Job(**{**item, "argv": _optional_tuple(item["argv"])}) for item in value["jobs"]
        ),
        smoke=tuple(SmokeCheck(**{**item, "status": _ranges(item)}) for item in value["smoke"]),
        journeys=tuple(journey_from_json(item) for item in value["journeys"]),
        policy=Policy(**value["policy"]),
        backup=settings_from_json(value["backup"]),
        watching=watching_from_json(value["watching"]),
        registry=registry_from_json(value.get("registry")),
        hosts=tuple(value["hosts"]),
        notes=tuple(value["notes"]),
        **{
            name: value[name]
            for name in (
                "port",
                "address",
                "base_path",
                "engine",
                "root",
                "sleep_after_s",
                "volumes",
                "networks",
                "secrets",
                "configs",
            )
        },
    )


def fingerprint(app: Application) -> str:
    """Return `sha256:…` over all that the application is, values included.

    Nothing is left out, not even the checkout's path: what is kept under a fingerprint is
    what is run again.  `differences` tells whether two applications mean the same.
    """
    document = application_to_json(app, reveal=True)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def strip_places(document: dict[str, Any]) -> dict[str, Any]:
    """Return an application's JSON without what only says where something came from."""
    root = document["root"]
    kept = {name: item for name, item in document.items() if name not in {"notes", "root"}}
    stripped: dict[str, Any] = _strip(kept, root)
    for service in stripped["services"]:
        service.pop("source")
        if service["probe"] is not None:
            service["probe"].pop("source")
            service["probe"].pop("host")  # mostly the environment's own name
    return stripped


def _strip(value: Any, root: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _strip(item, root) for key, item in value.items()}
    if isinstance(value, list):
        return [_strip(item, root) for item in value]
    if root and isinstance(value, str) and (value == root or value.startswith(f"{root}/")):
        return f".{value[len(root) :]}"
    return value


def _service(service: Service) -> dict[str, Any]:
    return {
        "name": service.name,
        "role": service.role.value,
        "definition": service.definition,
        "environment": dict(service.environment),
        "files": [_file(file) for file in service.files],
        "port": service.port,
        "replicas": service.replicas,
        "probe": None if service.probe is None else asdict(service.probe),
        "build": service.build,
        "stop_signal": service.stop_signal,
        "stop_grace_s": service.stop_grace_s,
        "after": list(service.after),
        "source": None if service.source is None else asdict(service.source),
    }


def _read_service(value: Mapping[str, Any]) -> Service:
    return Service(
        **{
            **value,
            "role": Role(value["role"]),
            "environment": SecretMap(value["environment"]),
            "files": tuple(_read_file(item) for item in value["files"]),
            "probe": _read_probe(value["probe"]),
            "after": tuple(value["after"]),
            "source": _read_source(value["source"]),
        }
    )


def _file(file: MountedFile) -> dict[str, Any]:
    content = base64.b64encode(file.content).decode()
    return {**{item.name: getattr(file, item.name) for item in fields(file)}, "content": content}


def _read_file(value: Mapping[str, Any]) -> MountedFile:
    return MountedFile(**{**value, "content": base64.b64decode(value["content"])})


def _read_probe(value: Mapping[str, Any] | None) -> Probe | None:
    if value is None:
        return None
    return Probe(
        **{
            **value,
            "paths": tuple(value["paths"]),
            "status": _ranges(value),
            "source": _read_source(value["source"]),
        }
    )


def _read_source(value: Mapping[str, Any] | None) -> SourceRef | None:
    return None if value is None else SourceRef(**value)


def _ranges(value: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    return tuple((low, high) for low, high in value["status"])


def _optional_tuple(value: Any) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)
