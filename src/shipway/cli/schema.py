"""schema: the JSON Schema of shipway.yaml."""

from __future__ import annotations

import json

import click

from shipway.cli.session import json_option


@click.command()
@json_option
def schema() -> None:
    """Print the JSON Schema of shipway.yaml, for editors and other programs."""
    from shipway.spec.schema import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
