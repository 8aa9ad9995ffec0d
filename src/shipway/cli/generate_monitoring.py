"""generate prometheus, alertmanager, grafana: the rules of shipway.yaml for those who run them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shipway.cli.session import Session, asks_nothing, json_option, pass_session
from shipway.cli.which import environment_argument

if TYPE_CHECKING:
    from shipway.model.application import Application

ENVIRONMENT = environment_argument(default="production")
OUTPUT = click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write it there.  [default: print]"
)


@click.command()
@ENVIRONMENT
@OUTPUT
@click.option("--scrape", metavar="HOST:PORT", help="A whole prometheus.yml that scrapes Shipway.")
@asks_nothing
@json_option
@pass_session
def prometheus(session: Session, environment: str, output: Path | None, scrape: str | None) -> None:
    """Write Prometheus' alerting rules; `promtool check rules` accepts them.

    Prometheus reads Shipway's figures from /api/v1/metrics with a viewer's token.
    """
    from shipway.generate.prometheus import rules, scrape_configuration

    value = scrape_configuration(scrape) if scrape else rules(_app(session, environment))
    _write(session, _yaml(value), output)


@click.command()
@ENVIRONMENT
@OUTPUT
@asks_nothing
@json_option
@pass_session
def alertmanager(session: Session, environment: str, output: Path | None) -> None:
    """Write Alertmanager's routes and receivers; addresses are read from files."""
    from shipway.generate.alertmanager import configuration

    _write(session, _yaml(configuration(_app(session, environment))), output)


@click.command()
@ENVIRONMENT
@OUTPUT
@asks_nothing
@json_option
@pass_session
def grafana(session: Session, environment: str, output: Path | None) -> None:
    """Write a Grafana dashboard, to be imported."""
    from shipway.generate.grafana import dashboard

    text = json.dumps(dashboard(_app(session, environment)), indent=2, ensure_ascii=False)
    _write(session, f"{text}\n", output)


def _app(session: Session, environment: str) -> Application:
    from shipway.spec import load_application

    directory = session.directory()
    return load_application(directory, environment=environment, local=directory)


def _yaml(value: Any) -> str:
    import yaml

    return "# Written by `shipway generate`.\n" + yaml.safe_dump(
        value, sort_keys=False, allow_unicode=True, width=1000
    )


def _write(session: Session, text: str, output: Path | None) -> None:
    console = session.console
    if output is not None:
        output.write_text(text, encoding="utf-8")
    if console.json:
        console.emit({"file": str(output) if output else None, "text": text})
    elif output is None:
        click.echo(text, nl=False)
    else:
        console.note(f"{output} is written.")
