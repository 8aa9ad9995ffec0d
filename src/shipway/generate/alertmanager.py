"""Alertmanager: which severity goes to which channel.  Pure.

Addresses are secrets, so they are not written here: each is read from a file that is named
after the channel's variable, or stands as a placeholder where Alertmanager reads no file.
"""

from __future__ import annotations

from typing import Any

from shipway.model.application import Application
from shipway.model.condition import Level
from shipway.model.watching import Channel

SECRETS = "/etc/alertmanager/secrets"
NOBODY = "nobody"


def configuration(app: Application) -> dict[str, Any]:
    """Return an alertmanager.yml for an environment's channels."""
    channels = app.watching.channels
    return {
        "route": {
            "receiver": NOBODY,
            "group_by": ["project", "environment"],
            "group_wait": "10s",
            "group_interval": "1m",
            "repeat_interval": "4h",
            "routes": [_route(channel) for channel in channels],
        },
        "inhibit_rules": [
            {
                "source_matchers": ['alertname="ShipwayInstances"'],
                "target_matchers": ['alertname="ShipwayApiErrors"'],
                "equal": ["project", "environment"],
            }
        ],
        "receivers": [{"name": NOBODY}, *(_receiver(channel) for channel in channels)],
    }


def _route(channel: Channel) -> dict[str, Any]:
    levels = "|".join(level.name.lower() for level in Level if level >= channel.level)
    return {
        "receiver": channel.name,
        "matchers": [f'severity=~"{levels}"'],
        "continue": True,
    }


def _receiver(channel: Channel) -> dict[str, Any]:
    if "slack" in channel.name or "SLACK" in channel.variable:
        slack = {
            "api_url_file": f"{SECRETS}/{channel.variable}",
            "send_resolved": True,
            "title": "{{ .CommonLabels.severity }} {{ .GroupLabels.project }}/{{ .GroupLabels.environment }}",
            "text": "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ end }}",
        }
        return {"name": channel.name, "slack_configs": [slack]}
    webhook = {"url": f"http://set-me.invalid/{channel.variable}", "send_resolved": True}
    return {"name": channel.name, "webhook_configs": [webhook]}
