"""Prometheus: what it scrapes from Shipway, and the rules that Shipway itself applies.  Pure."""

from __future__ import annotations

from typing import Any

from shipway.model.application import Application
from shipway.model.exposition import metric_name
from shipway.model.observe import Rule
from shipway.model.rules import effective_rules
from shipway.model.words import Words

JOB = "shipway"
METRICS_PATH = "/api/v1/metrics"
TOKEN_FILE = "/etc/prometheus/shipway-token"  # noqa: S105 - a path


def scrape_configuration(address: str) -> dict[str, Any]:
    """Return a prometheus.yml that scrapes the Shipway at `address`."""
    return {
        "global": {"scrape_interval": "15s", "evaluation_interval": "15s"},
        "rule_files": ["shipway-rules.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": ["127.0.0.1:9093"]}]}]},
        "scrape_configs": [
            {
                "job_name": JOB,
                "metrics_path": METRICS_PATH,
                "authorization": {"type": "Bearer", "credentials_file": TOKEN_FILE},
                "static_configs": [{"targets": [address]}],
            }
        ],
    }


def rules(app: Application) -> dict[str, Any]:
    """Return the rules of an environment as a rule file of Prometheus'."""
    language = app.watching.language
    where = f'project="{app.environment.project}",environment="{app.environment.name}"'
    found = [
        _rule(rule, "" if rule.indicator.startswith("host-") else where, language)
        for rule in effective_rules(app.watching.rules)
    ]
    silent = Words(
        "no value from {{ $labels.indicator }}", "{{ $labels.indicator }} 지표 수집 중단"
    )
    down = Words("Shipway does not answer", "Shipway 응답 없음")
    found += [
        {
            "alert": "ShipwaySeriesMissing",
            "expr": f'shipway_series{{{where},state="missing"}} == 1',
            "for": "5m",
            "labels": {"severity": "notice"},
            "annotations": {"summary": silent.in_language(language)},
        },
        {
            "alert": "ShipwayDown",
            "expr": f'up{{job="{JOB}"}} == 0',
            "for": "2m",
            "labels": {"severity": "urgent"},
            "annotations": {"summary": down.in_language(language)},
        },
    ]
    name = f"shipway-{app.environment.project}-{app.environment.name}"
    return {"groups": [{"name": name, "rules": found}]}


def _rule(rule: Rule, where: str, language: str) -> dict[str, Any]:
    sign = ">" if rule.compare == "above" else "<"
    metric = metric_name(rule.indicator, rule.unit)
    value: dict[str, Any] = {
        "alert": "Shipway" + "".join(part.capitalize() for part in rule.id.split("-")),
        "expr": f"{metric}{{{where}}} {sign} {rule.threshold:g}",
    }
    if rule.for_s:
        value["for"] = f"{rule.for_s:g}s" if rule.for_s == int(rule.for_s) else "1s"
    value["labels"] = {"severity": rule.level.name.lower()}
    value["annotations"] = {
        "summary": f"{{{{ $labels.subject }}}} {rule.words.in_language(language)}:"
        " {{ $value | humanize }}"
    }
    return value
