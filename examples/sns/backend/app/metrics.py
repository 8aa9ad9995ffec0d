"""Metrics of all processes of a container, gathered from the files that each keeps."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", "/run/metrics"))
FOLDER.mkdir(parents=True, exist_ok=True)  # the library looks for it when it is imported

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead  # noqa: E402

CALLS = Counter("sns_requests_total", "Calls to social networks.", ["provider", "outcome"])
AI_CALLS = Counter("ai_requests_total", "Calls to models.", ["provider", "outcome"])
SOCKETS = Gauge("ws_connections", "Open WebSockets.", multiprocess_mode="livesum")


def page() -> bytes:
    """Return what Prometheus reads."""
    for pid in {path.stem.rpartition("_")[2] for path in FOLDER.glob("gauge_live*.db")}:
        if not Path(f"/proc/{pid}").exists():
            mark_process_dead(int(pid))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)
