"""`shipway demo`: sets up what it needs, does the main job, shows what was measured."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from shipway.cli.connection import running_daemon
from shipway.cli.machine import ensure_tools
from shipway.demo.report import Figures, failure_lines, table
from shipway.demo.story import Demo, Say
from shipway.errors import Problem
from shipway.places import places

ENVIRONMENTS = ("production", "staging")


@click.command()
@click.option(
    "--engine",
    type=click.Choice(["process", "docker"]),
    default="process",
    show_default=True,
    help="What runs the application.",
)
@click.option("--json", "as_json", is_flag=True, help="The last line is a JSON object of figures.")
@click.option("--yes", "-y", is_flag=True, help="Install missing Debian packages without asking.")
@click.option("--down", is_flag=True, help="Take the demo down again, with its data.")
def demo(*, engine: str, as_json: bool, yes: bool, down: bool) -> None:
    """Do the main job on a small real application, and measure it.

    Deploys `board` to staging, promotes it, deploys a second version, rolls back, tries two
    broken ones, all under load, and leaves it running for you to look at.
    """

    def say(text: str) -> None:
        click.echo(text, err=as_json)

    directory = places().home / "demo" / "board"
    if down:
        take_down(directory, say)
        return
    needed = ["haproxy"] if engine == "docker" else ["haproxy", "postgres", "redis"]
    ensure_tools(needed, assume_yes=yes, say=say)
    if engine == "docker":
        use_docker_host(say)
    clear_earlier(directory, say)
    figures = Demo(directory=directory, engine=engine, say=say, show=not as_json).run()
    closing(figures, say)
    if as_json:
        click.echo(json.dumps(figures.as_dict()))
    if not figures.kept:
        sys.exit(1)


def use_docker_host(say: Say) -> None:
    """Have the daemon use the DOCKER_HOST of this terminal; restarting it costs no request."""
    wanted = os.environ.get("DOCKER_HOST")
    _client, about = running_daemon()
    if wanted and about is not None and about.get("docker_host") != wanted:
        say(f"Restarting the daemon, to use the Docker Engine at {wanted} …")
        subprocess.run(
            [sys.executable, "-m", "shipway", "daemon", "restart"],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


def clear_earlier(directory: Path, say: Say) -> None:
    """Remove what an earlier demo left: the second run starts as the first did."""
    if directory.exists():
        say("Taking down what an earlier demo left …")
        _destroy(directory)
        shutil.rmtree(directory, ignore_errors=True)


def take_down(directory: Path, say: Say) -> None:
    """Remove the demo, with its data; say so where there is none."""
    if not directory.exists():
        say("No demo is up.")
        return
    _destroy(directory)
    shutil.rmtree(directory, ignore_errors=True)
    say("The demo is gone, with its data. The daemon goes on: `shipway down --ingress` ends it.")


def _destroy(directory: Path) -> None:
    for environment in ENVIRONMENTS:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "shipway", "-C", str(directory)),
                *("destroy", environment, "--data", "--yes", "--json"),
            ],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0 and "no-environment" not in done.stdout:
            raise Problem(
                "demo-failed",
                f"the earlier demo's {environment} could not be taken down.",
                details=(done.stdout + done.stderr).splitlines()[-5:],
                hints=[f"shipway -C {directory} destroy {environment} --data"],
            )


def closing(figures: Figures, say: Say) -> None:
    """Show the table, the addresses, and how to take it all down."""
    say(f"\nMeasured on the engine `{figures.engine}`, in {figures.total_s:.0f} s:\n")
    say(table(figures))
    for line in failure_lines(figures):
        say(line)
    say("\nLook at it:   production  http://127.0.0.1:4500/")
    say("              staging     http://127.0.0.1:4400/")
    say("              shipway status      shipway audit")
    say("Take it down: shipway demo --down")
