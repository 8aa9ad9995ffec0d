"""What `init` proposes to watch and to save: metrics, queues, slow statements, buckets, calendars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shipway.model.workload import Role
from shipway.spec.images import repository

if TYPE_CHECKING:
    from shipway.checks.facts.files import Files
    from shipway.cli.init_sources import Sources
    from shipway.model.application import Application

_BULL_QUEUE = re.compile(r"(QUEUE_NAME|QUEUE)$")
_PAGE = re.compile(r"""\.(?:get|route|mount|use|add_route)\(\s*["'](?P<path>/metrics)["']""")
_SERVER = re.compile(r"\bstart_http_server\(\s*(?:port\s*=\s*)?(?P<port>\d{2,5}|[A-Z_]\w*)")
_GAUGE = re.compile(
    r"""(?:Gauge\(\s*["']|# TYPE )(?P<name>\w*(?:ws|websocket|socket)s?_\w+)["' ]""", re.IGNORECASE
)
_COUNTER = re.compile(r"""Counter\(\s*["'](?P<name>\w+)["'][^\[\]]*\[(?P<labels>[^\]]*)\]""")
_BUCKET = re.compile(r"^(S3|AWS|MINIO|STORAGE)_\w*BUCKET(_NAME)?$")
_POSTGRES = frozenset({"postgres", "pgvector", "postgis", "timescaledb"})


def indicator_lines(app: Application, files: Files, sources: Sources) -> list[str]:
    """Return where metrics are shown, the queues of BullMQ, and that slow statements count.

    Celery's queues stand in the workers' commands, where Shipway reads them itself.
    """
    lines = []
    pages = [item for name in sources.services for item in _metrics(name, app, sources)]
    if pages:
        lines.append(f"  metrics: {{{', '.join(pages)}}}")
    counted = _counters(sources)
    if counted:
        lines.append(f"  success: [{', '.join(counted)}]  # guessed: its label tells the outcome")
    gauge = _first_gauge(sources)
    if gauge and pages:
        lines.append(f"  websockets: {gauge}")
    if any('"bullmq"' in files.text(path) for path in files.named("package.json")):
        queues = ", ".join(
            dict.fromkeys(
                value
                for service in app.services
                for key, value in service.environment.items()
                if _BULL_QUEUE.search(key) and re.fullmatch(r"[\w.-]+", value)
            )
        )
        if queues:
            lines.append(f"  bullmq: [{queues}]")
    if any(_is_postgres(one.definition.get("image")) for one in app.services):
        lines.append("  log_slow_queries: true  # PostgreSQL logs statements of 100ms and more")
    return ["", "indicators:", *lines] if lines else []


def _is_postgres(image: object) -> bool:
    return isinstance(image, str) and repository(image) in _POSTGRES


def _metrics(name: str, app: Application, sources: Sources) -> list[str]:
    """Return `service: page` for a service that shows Prometheus metrics."""
    service = app.service(name)
    scheduler = service.role is Role.SINGLETON
    for path in () if scheduler else sources.of(name):
        text = sources.text(path)
        if service.role is Role.WEB and _PAGE.search(text):
            return [f"{name}: /metrics"]
        match = _SERVER.search(text) if service.role is not Role.WEB else None
        if match:
            port = match["port"]
            if not port.isdigit():
                known = re.search(rf"^{port}\s*(?::\s*int\s*)?=\s*(\d+)", text, re.MULTILINE)
                port = known[1] if known else ""
            if port:
                return [f'{name}: ":{port}/metrics"']
    return []


def _all_code(sources: Sources) -> list[str]:
    return list(dict.fromkeys(path for name in sources.services for path in sources.of(name)))


def _counters(sources: Sources) -> list[str]:
    found = []
    for path in _all_code(sources):
        for match in _COUNTER.finditer(sources.text(path)):
            labels = re.findall(r"\w+", match["labels"])
            if "outcome" in labels:
                by = next((label for label in labels if label != "outcome"), "")
                found.append(f"{{metric: {match['name']}{f', by: {by}' if by else ''}}}")
    return list(dict.fromkeys(found))


def _first_gauge(sources: Sources) -> str:
    for path in _all_code(sources):
        match = _GAUGE.search(sources.text(path))
        if match:
            return match["name"]
    return ""


def backup_lines(app: Application) -> list[str]:
    """Return the calendar that backups go by, and buckets that are copied with the data."""
    if not app.of_role(Role.STATEFUL):
        return []
    lines = []
    zones = {
        value
        for service in app.services
        for key, value in service.environment.items()
        if key == "TZ" and "/" in value
    }
    if len(zones) == 1:
        lines.append(f"  timezone: {zones.pop()}")
    buckets, stores = _buckets(app)
    if buckets:
        volumes = [
            str(mount["source"])
            for service in app.of_role(Role.STATEFUL)
            if service.name in stores
            for mount in service.definition.get("volumes") or ()
            if mount.get("type") == "volume"
        ]
        if volumes:
            lines.append(
                f"  exclude: [{', '.join(volumes)}]  # its buckets are copied, object by object"
            )
        lines += ["  buckets:", *(f"    - {bucket}" for bucket in buckets)]
    return ["", "backup:", *lines] if lines else []


def _buckets(app: Application) -> tuple[list[str], set[str]]:
    """Return the buckets that services name, and the stores of this project that hold them."""
    names = {service.name for service in app.services}
    found: dict[str, None] = {}
    stores = set()
    for service in app.services:
        values = service.environment
        for key, bucket in values.items():
            if not _BUCKET.match(key) or not re.fullmatch(r"[\w.-]+", bucket):
                continue
            stem = key.partition("_")[0]
            parts = [f"bucket: {bucket}"]
            endpoint = next((values[name] for name in values if name in _ends(stem)), "")
            if re.fullmatch(r"https?://\S+", endpoint):
                parts.append(f'endpoint: "{endpoint}"')
                host = urlsplit(endpoint).hostname or ""
                stores |= {host} & names
            region = values.get(f"{stem}_REGION") or values.get("AWS_REGION") or ""
            if region:
                parts.append(f"region: {region}")
            found.setdefault(f"{{{', '.join(parts)}}}")
    return list(found), stores


def _ends(stem: str) -> tuple[str, ...]:
    return (f"{stem}_ENDPOINT", f"{stem}_ENDPOINT_URL", "AWS_ENDPOINT_URL", "S3_ENDPOINT")
