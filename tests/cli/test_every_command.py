"""What holds of every command there is: `-y`, `--json`, `-e`, help."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from shipway.cli.main import root
from shipway.cli.session import refuse_unsure
from tests.cli.conftest import Type
from tests.cli.fake import FakeDaemon
from tests.cli.views import environment, status

ONLY_LOOK = frozenset(
    [
        *("audit", "check", "completion", "diff", "doctor", "exec", "follow", "logs", "open"),
        *("releases", "rollouts", "run", "schema", "status", "compose config"),
        *("backup list", "backup points", "backup status"),
        *("daemon log", "daemon status"),
        *("env check", "env diff", "env explain", "env list"),
        *("import nginx", "import railway", "import render", "import vercel"),
        *("incidents list", "incidents notices", "incidents show", "incidents silences"),
        *("indicators", "journey list", "preview list", "token list", "users list"),
        *("secret get", "secret list", "secret versions"),
    ]
)
"""They change nothing; `exec` and `run` only what their command does."""

ASKS_NOTHING = frozenset(
    [
        # they look, save, prove or tell, and take nothing away
        *("attest", "backup create", "backup drill", "backup dump", "backup key", "backup runbook"),
        *("backup verify", "document", "journey run", "notify test"),
        *("generate alertmanager", "generate grafana", "generate prometheus"),
        # what serves goes on serving, and no data is lost
        *("certificates renew", "clean", "daemon restart", "move", "sleep", "wake"),
        "resume",  # was agreed to when it began
        # a file of the user's own: init never overwrites one, the others change one line
        *("init", "env set", "env unset"),
        # earlier versions are kept
        *("secret import", "secret recover", "secret set", "secret share"),
        # who comes in, and who is told
        *("dashboard link", "token create", "users invite", "users reset", "users role"),
        *("incidents ack", "incidents silence", "incidents unsilence"),
    ]
)
"""They change something, and nobody would say no.  A new command needs a reason to stand here."""

ASKS_AT_TIMES = {
    "backup generations": ("--remove", "data.1"),
    "down": ("--ingress",),
    "generate scripts": (),
    "maintenance": ("on",),
    "secret generate": ("JWT_SECRET",),
}
"""They ask where something would be lost, and that is what is typed here."""

OF_THE_MACHINE = frozenset(
    [
        *("demo", "up"),  # before they install packages
        *("install", "uninstall"),
        # as `generate scripts`, all by cli.writing
        *("generate github-actions", "generate vscode"),
        *("generate railway", "generate render", "generate vercel"),
    ]
)
"""They ask before what no test here can let them do."""

WITHOUT_JSON = frozenset(("completion", "compose config"))
"""What they print is for programs as it is."""


def every(
    command: click.Command, words: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    """Yield all commands below one, by what is typed; groups are not among them."""
    if not isinstance(command, click.Group):
        yield " ".join(words), command
        return
    ctx = click.Context(command)
    for name in command.list_commands(ctx):
        found = command.get_command(ctx, name)
        assert found is not None
        yield from every(found, (*words, name))


COMMANDS = dict(every(root))


def options(command: click.Command) -> set[str]:
    return {text for item in command.params for text in item.opts}


def yes_of(name: str) -> click.Option | None:
    """Return the option that answers the question of a command."""
    for item in COMMANDS[name].params:
        if isinstance(item, click.Option) and "--yes" in item.opts:
            return item
    return None


ALWAYS_ASK = sorted(
    name for name in COMMANDS if (yes := yes_of(name)) and yes.callback is refuse_unsure
)


def test_whatever_changes_something_takes_yes_also_where_it_asks_nothing() -> None:
    changing = COMMANDS.keys() - ONLY_LOOK
    assert COMMANDS.keys() >= ONLY_LOOK
    assert [
        name for name in sorted(changing) if not {"-y", "--yes"} <= options(COMMANDS[name])
    ] == []


def test_every_command_that_changes_something_asks_or_has_a_reason_not_to() -> None:
    """A new command stands in one of the tables, or takes `yes_option`, which always asks."""
    silent = {name for name in COMMANDS if (yes := yes_of(name)) and yes.hidden}
    assert silent == ASKS_NOTHING
    asking = COMMANDS.keys() - ONLY_LOOK - silent - set(ALWAYS_ASK)
    assert asking == ASKS_AT_TIMES.keys() | OF_THE_MACHINE
    assert {"deploy", "promote", "rollback", "destroy", "backup restore"} <= set(ALWAYS_ASK)


def example(kind: click.ParamType[object], directory: Path) -> str:
    """Return a value that a parameter of this kind takes."""
    if isinstance(kind, click.Path):
        return str(directory)
    if isinstance(kind, click.Choice):
        return str(kind.choices[0])
    return "1" if kind.name.startswith("integer") else "x"


@pytest.mark.parametrize("name", ALWAYS_ASK)
@pytest.mark.usefixtures("project")
def test_json_without_yes_is_refused_before_anything_is_asked_of_the_daemon(
    name: str, daemon: FakeDaemon, typed: Type, tmp_path: Path
) -> None:
    words = name.split(" ")
    for item in COMMANDS[name].params:
        if item.required:
            words += item.opts[:1] if isinstance(item, click.Option) else []
            words.append(example(item.type, tmp_path))
    refused(typed, [*words, "--json"])
    assert daemon.asked == []


@pytest.mark.parametrize("name", sorted(ASKS_AT_TIMES))
def test_json_without_yes_is_refused_where_there_would_be_a_question(
    name: str, daemon: FakeDaemon, project: Path, typed: Type
) -> None:
    where = "/projects/shop/environments"
    daemon.get("/projects", {"projects": [{"name": "shop", "directory": str(project)}]})
    daemon.get("/status", status(environment("staging"), environment()))
    kept = {"name": "data.1", "live": False, "bytes": 1, "replaced_at": 1.0, "where": "/x"}
    daemon.get(f"{where}/production/backups/generations", {"generations": [kept], "keep_s": 1})
    daemon.get(f"{where}/staging/secrets", {"secrets": [{"name": "JWT_SECRET"}]})
    (project / "scripts").mkdir()
    (project / "scripts" / "deploy-staging.sh").write_text("our own\n")
    refused(typed, [*name.split(" "), *ASKS_AT_TIMES[name], "--json"])
    assert [item.path for item in daemon.asked if item.method == "POST"] == []
    assert (project / "scripts" / "deploy-staging.sh").read_text() == "our own\n"


def refused(typed: Type, words: list[str]) -> None:
    """Type it; the answer is a sentence and what to type instead, on stdout as JSON."""
    result = typed(*words)
    assert result.code == 2, result.out + result.err
    problem = json.loads(result.out)["problem"]
    assert problem["kind"] == "needs-yes"
    assert problem["message"] == ("--json asks nobody, and -y was not given. Nothing was changed.")
    assert problem["hints"] == [f"shipway {shlex.join(words)} -y"]


def test_a_yes_that_answers_no_question_is_not_in_the_help(typed: Type) -> None:
    assert "--yes" not in typed("sleep", "--help").out
    assert "--yes" in typed("destroy", "--help").out


def test_every_command_speaks_to_programs() -> None:
    silent = {name for name, command in COMMANDS.items() if "--json" not in options(command)}
    assert silent == WITHOUT_JSON


def test_an_environment_is_named_in_the_same_way_everywhere() -> None:
    """As ENV where a command has it, and as -e, --env or --environment always."""
    meant = {
        name: command
        for name, command in COMMANDS.items()
        if any("ENV" in (item.metavar or "").strip("[].").split() for item in command.params)
    }
    assert {"deploy", "env list", "logs", "secret set", "token create", "exec"} <= meant.keys()
    others = {"promote", "secret share"}  # from which to which; for which ones
    forms = {"-e", "--env", "--environment"}
    assert {name for name, found in meant.items() if not forms <= options(found)} == others


def test_every_help_is_sentences_within_80_columns_and_explains_each_option() -> None:
    unexplained, unfinished, wide = [], [], []
    for name, command in COMMANDS.items():
        shown = [item for item in command.params if isinstance(item, click.Option)]
        unexplained += [
            f"{name} {item.opts[0]}" for item in shown if not (item.hidden or item.help)
        ]
        unfinished += [name] if not (command.help or "").split("\n\n")[0].endswith(".") else []
        text = command.get_help(click.Context(command, info_name=name, max_content_width=80))
        wide += [line for line in text.splitlines() if len(line) > 80 or "\\b" in line]
    assert (unexplained, unfinished, wide) == ([], [], [])
