"""How an indicator is called where Prometheus' words are spoken.  Pure."""

from __future__ import annotations

_SUFFIX = {
    "s": "seconds",
    "bytes": "bytes",
    "%": "percent",
    "/s": "per_second",
    "bytes/day": "bytes_per_day",
    "days": "days",
}


def metric_name(indicator: str, unit: str) -> str:
    """Return `shipway_api_p95_seconds` for `api-p95` in `s`."""
    base = f"shipway_{indicator.replace('-', '_')}"
    suffix = _SUFFIX.get(unit, "")
    return base if not suffix or base.endswith(suffix) else f"{base}_{suffix}"
