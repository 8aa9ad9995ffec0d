"""Grafana: a dashboard over what Shipway shows to Prometheus, with its thresholds.  Pure."""

from __future__ import annotations

from typing import Any

from shipway.model.application import Application
from shipway.model.exposition import metric_name
from shipway.model.observe import Rule
from shipway.model.rules import effective_rules

_UNITS = {"s": "s", "bytes": "bytes", "%": "percent", "/s": "reqps"}
WIDTH, HEIGHT, COLUMNS = 12, 8, 2
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def dashboard(app: Application) -> dict[str, Any]:
    """Return the dashboard of an environment, a panel an indicator that has a rule."""
    environment = app.environment
    where = f'project="{environment.project}",environment="{environment.name}"'
    rules = effective_rules(app.watching.rules)
    return {
        "uid": f"shipway-{environment.project}-{environment.name}"[:40],
        "title": f"Shipway {environment}",
        "tags": ["shipway"],
        "schemaVersion": 38,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]
        },
        "panels": [
            _panel(rule, number, "" if rule.indicator.startswith("host-") else where, app)
            for number, rule in enumerate(rules)
        ],
    }


def _panel(rule: Rule, number: int, where: str, app: Application) -> dict[str, Any]:
    row, column = divmod(number, COLUMNS)
    expression = f"{metric_name(rule.indicator, rule.unit)}{{{where}}}"
    over, under = ("red", "green") if rule.compare == "above" else ("green", "red")
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": rule.words.in_language(app.watching.language),
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "targets": [
            {
                "refId": "A",
                "datasource": SOURCE,
                "expr": expression,
                "legendFormat": "{{subject}}",
            }
        ],
        "fieldConfig": {
            "defaults": {
                "unit": _UNITS.get(rule.unit, "short"),
                "custom": {"thresholdsStyle": {"mode": "line"}},
                "thresholds": {
                    "mode": "absolute",
                    "steps": [
                        {"color": under, "value": None},
                        {"color": over, "value": rule.threshold},
                    ],
                },
            },
            "overrides": [],
        },
    }
