"""generate: files for other tools, made from shipway.yaml."""

from __future__ import annotations

import click

from shipway.cli.lazy import Entry, LazyGroup

COMMANDS = {
    "Pipelines and editors": {
        "github-actions": Entry(
            "shipway.cli.generate_github:github_actions", "ci.yml and deploy.yml."
        ),
        "vscode": Entry("shipway.cli.generate_github:vscode", "Extensions that fit the project."),
    },
    "Other platforms": {
        "render": Entry("shipway.cli.generate_hosting:render", "render.yaml, a Blueprint."),
        "railway": Entry("shipway.cli.generate_hosting:railway", ".railway/railway.py."),
        "vercel": Entry("shipway.cli.generate_hosting:vercel", "vercel.json of the front end."),
    },
    "Scripts": {
        "scripts": Entry("shipway.cli.generate_scripts:scripts", "deploy-staging.sh and its like."),
    },
    "Monitoring": {
        "prometheus": Entry(
            "shipway.cli.generate_monitoring:prometheus", "Alerting rules, or what to scrape."
        ),
        "alertmanager": Entry("shipway.cli.generate_monitoring:alertmanager", "Who is told."),
        "grafana": Entry("shipway.cli.generate_monitoring:grafana", "A dashboard."),
    },
}


@click.group(cls=LazyGroup, sections=COMMANDS)
def generate() -> None:
    """Write files for other tools; nothing is sent anywhere."""
