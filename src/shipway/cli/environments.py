"""destroy, clean, move: taking things down, making room, following a moved directory."""

from __future__ import annotations

from pathlib import Path

import click

from shipway.cli.asking import GOES_ON, stoppable
from shipway.cli.session import Session, asks_nothing, json_option, pass_session, yes_option
from shipway.cli.text import size
from shipway.cli.which import environment_argument, must_exist
from shipway.places import places


@click.command()
@environment_argument(metavar="ENV")
@click.option(
    "--all", "everything", is_flag=True, help="The whole project: all environments and previews."
)
@click.option("--data", is_flag=True, help="Delete its volumes too: the data is gone for good.")
@yes_option
@json_option
@pass_session
def destroy(
    session: Session, environment: str | None, *, everything: bool, data: bool, yes: bool
) -> int:
    """Stop and remove all that runs in ENV.  Its volumes, with the data, stay.

    With --all it is the whole project: the one of this directory, or the one that is named in
    ENV's place.
    """
    if everything:
        from shipway.cli.takedown import destroy_project

        return destroy_project(session, environment, data=data, yes=yes)
    if environment is None:
        raise click.UsageError("which environment? Or the whole project: shipway destroy --all")
    console = session.console
    client = session.client()
    project = session.project(client)
    must_exist(session, client, project, environment)
    path = f"/projects/{project}/environments/{environment}"
    view = client.get(path)
    volumes = volumes_of(project, environment, view["engine"])
    live = f"{view['live']['release']} is live there" if view["live"] else "nothing is live there"
    console.say(f"{project}/{environment} on the engine {view['engine']}: {live}.")
    question = "Stop and remove all that runs in it?"
    if data:
        question = "Remove all that runs in it AND DELETE ITS DATA?"
    if not console.confirm(question, yes=yes):
        console.say("Nothing was changed.")
        return 1
    with stoppable(f"{GOES_ON} shipway status shows what is left."):
        answer = client.post_long(f"{path}/destroy?data={str(data).lower()}")
    if console.json:
        console.emit(answer if data else {**answer, "volumes": volumes})
        return 0
    console.say(f"Nothing of {project}/{environment} runs any more.")
    if data:
        console.say(f"Its data is deleted: {', '.join(answer['volumes']) or 'it had none'}.")
    else:
        console.say(f"Its volumes stay: {volumes}")
    return 0


def volumes_of(project: str, environment: str, engine: str) -> str:
    """Return where an environment's volumes are, as something to type or to look at."""
    if engine == "process":
        return str(places().home / "process" / "volumes" / f"{project}.{environment}.*")
    labels = (f"io.shipway.project={project}", f"io.shipway.environment={environment}")
    return "docker volume ls " + " ".join(f"-f label={label}" for label in labels)


@click.command()
@asks_nothing
@json_option
@pass_session
def clean(session: Session) -> None:
    """Remove what no kept release needs any more: never a volume, never the way back."""
    client = session.client()
    project = session.project(client)
    with stoppable(GOES_ON):
        answer = client.post_long(f"/projects/{project}/clean")
    console = session.console
    if console.json:
        console.emit(answer)
    else:
        console.say(f"{project}: {size(answer['freed_bytes'])} freed.")


@click.command()
@click.argument("project", metavar="PROJECT")
@click.argument(
    "directory", metavar="DIR", type=click.Path(exists=True, file_okay=False, resolve_path=True)
)
@asks_nothing
@json_option
@pass_session
def move(session: Session, project: str, directory: str) -> None:
    """Tell that PROJECT's working directory is DIR now."""
    client = session.client()
    answer = client.post(f"/projects/{project}/move", directory=str(Path(directory)))
    console = session.console
    if console.json:
        console.emit(answer)
    else:
        console.say(f"{project} is deployed from {directory} now.")
