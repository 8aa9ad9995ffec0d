"""The `shipway` command: its table of commands, and the one place where errors end.

Exit codes: 0 success; 1 a rollout failed, or a Problem; 2 the command line was wrong;
70 a defect of Shipway; 130 Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

import shipway
from shipway.cli.console import Console, forgive_letters
from shipway.cli.lazy import Entry, LazyGroup
from shipway.cli.problems import (
    INTERRUPTED,
    PIPE_CLOSED,
    UNEXPECTED,
    exit_code,
    file_problem,
    show_problem,
)
from shipway.cli.session import Session
from shipway.errors import Problem

SECTIONS = {
    "From git to production": {
        "init": Entry("shipway.cli.init:init", "Write shipway.yaml for a Compose project."),
        "deploy": Entry("shipway.cli.rollout_commands:deploy", "Bring a commit to staging."),
        "promote": Entry("shipway.cli.rollout_commands:promote", "Staging's release → production."),
        "rollback": Entry("shipway.cli.rollout_commands:rollback", "Back to an earlier release."),
        "preview": Entry("shipway.cli.previews:preview", "Environments for branches."),
        "demo": Entry("shipway.cli.demo:demo", "All of it on a small real application."),
    },
    "What there is": {
        "status": Entry("shipway.cli.status:status", "How everything is, at one glance."),
        "releases": Entry("shipway.cli.history:releases", "The releases, and where each one is."),
        "diff": Entry("shipway.cli.history:diff", "In what staging and production differ."),
        "audit": Entry("shipway.cli.history:audit", "Who did what, and when."),
        "logs": Entry("shipway.cli.logs:logs", "What a service's instances say."),
        "indicators": Entry(
            "shipway.cli.indicators:indicators", "What is measured, and the rules."
        ),
        "incidents": Entry("shipway.cli.incidents:incidents", "What is wrong, and what was."),
        "notify": Entry("shipway.cli.notify:notify", "Who is told; `notify test` proves it."),
    },
    "Variables and secrets": {
        "env": Entry("shipway.cli.env:env", "Where each variable comes from; the contract."),
        "secret": Entry("shipway.cli.secret:secret", "The vault: set, generate, share, rotate."),
    },
    "Rollouts": {
        "rollouts": Entry("shipway.cli.follow:rollouts", "The latest ones."),
        "follow": Entry("shipway.cli.follow:follow", "Watch one, the latest where none is named."),
        "abort": Entry("shipway.cli.follow:abort", "Stop one and undo what it did."),
        "resume": Entry("shipway.cli.follow:resume", "Try a stuck one again."),
    },
    "Backups": {
        "backup": Entry("shipway.cli.backup:backup", "Saved, proved, brought back."),
    },
    "Inside": {
        "exec": Entry("shipway.cli.consoles:exec_", "A command in a running instance."),
        "open": Entry(
            "shipway.cli.opening:open_", "Flower, Grafana, a database … on a local port."
        ),
        "run": Entry("shipway.cli.consoles:run", "A command in an instance of its own."),
    },
    "This machine": {
        "up": Entry("shipway.cli.life:up", "Start the daemon, get what it needs."),
        "down": Entry("shipway.cli.life:down", "End the daemon; applications go on."),
        "doctor": Entry(
            "shipway.cli.doctor:doctor", "What is here, what is asked for, what to do about it."
        ),
        "daemon": Entry("shipway.cli.daemon_commands:daemon", "The daemon: status, log, restart."),
        "install": Entry("shipway.cli.install:install", "Make it a server, kept by systemd."),
        "uninstall": Entry("shipway.cli.install:uninstall", "Undo that; data stays."),
        "certificates": Entry(
            "shipway.cli.certificates:certificates", "Which there are, how long they last; renew."
        ),
        "maintenance": Entry(
            "shipway.cli.maintenance:maintenance", "Show a page instead of the application."
        ),
        "sleep": Entry("shipway.cli.sleeping:sleep", "Let an environment sleep until it is asked."),
        "wake": Entry("shipway.cli.sleeping:wake", "Wake it."),
        "destroy": Entry(
            "shipway.cli.environments:destroy", "Take an environment, or all of a project, down."
        ),
        "clean": Entry("shipway.cli.environments:clean", "Remove what is not needed any more."),
        "move": Entry("shipway.cli.environments:move", "A project's directory is elsewhere now."),
    },
    "Who may come in": {
        "dashboard": Entry("shipway.cli.dashboard:dashboard", "Where it is, and a link into it."),
        "users": Entry("shipway.cli.users:users", "Who may sign in, and do what."),
        "token": Entry("shipway.cli.token:token", "API tokens: create, list, revoke."),
    },
    "Files": {
        "import": Entry(
            "shipway.cli.importing:import_",
            "Translate an nginx file, a railway.toml, a render.yaml.",
        ),
        "check": Entry(
            "shipway.cli.check:check", "The checklist, executed: --static needs no server."
        ),
        "attest": Entry("shipway.cli.attest:attest", "Give your word where no machine can look."),
        "journey": Entry("shipway.cli.journey:journey", "Multi-step checks: list them, go one."),
        "document": Entry(
            "shipway.cli.document:document", "The deployment document, in Korean and English."
        ),
        "generate": Entry(
            "shipway.cli.generate:generate", "Files for other tools: Prometheus, scripts."
        ),
        "compose": Entry("shipway.cli.compose:compose", "Read Compose files as Docker does."),
        "schema": Entry("shipway.cli.schema:schema", "The JSON Schema of shipway.yaml."),
        "completion": Entry("shipway.cli.completion:completion", "For bash, zsh and fish."),
    },
}

EPILOG = """Exit codes: 0 success, 1 a rollout failed or something is wrong, 2 wrong usage,
70 a defect of Shipway, 130 Ctrl-C. SHIPWAY_HOME names the directory of the state."""


COMPLETE = "_SHIPWAY_COMPLETE"


@click.group(
    cls=LazyGroup,
    sections=SECTIONS,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(shipway.__version__, prog_name="shipway", message="%(prog)s %(version)s")
@click.option(
    "-C",
    "--project-directory",
    "directory",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Act as if typed in this directory.",
)
@click.pass_context
def root(ctx: click.Context, directory: Path | None) -> None:
    """From git to staging, to production and back, without failing a request."""
    session = ctx.ensure_object(Session)
    session.start = directory


def main() -> int:
    """Run the command line; return its exit code."""
    forgive_letters()
    session = Session()
    try:
        return _run(session, sys.argv[1:])
    except BrokenPipeError:
        return reader_gone()
    except click.exceptions.Abort:  # what it means was said
        return INTERRUPTED
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            print(file=sys.stderr)  # the shell goes on in a line of its own
        return INTERRUPTED
    except Exception as error:  # the edge of the process
        return _unexpected(error, Console(json=session.console.json or wants_json(sys.argv[1:])))


def reader_gone() -> int:
    """Return the exit code where the reader has gone (`shipway logs | head`).

    There is nothing to say, and nobody to say it to.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def wants_json(arguments: list[str]) -> bool:
    """Return whether `--json` was typed, also where an error kept it from being read."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in own


def _run(session: Session, arguments: list[str]) -> int:
    completing = os.environ.get(COMPLETE)
    if completing:
        from click.shell_completion import shell_complete

        return shell_complete(root, {"obj": session}, "shipway", COMPLETE, completing)
    try:
        with root.make_context("shipway", arguments, obj=session) as ctx:
            code = root.invoke(ctx)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as ended:  # --help, --version
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message())
        return 0
    except Problem as error:
        problem = error
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "shipway"
        problem = Problem("usage", error.format_message(), hints=[f"{where} --help"])
    except OSError as error:
        problem = file_problem(error)
    except Exception as error:
        if type(error).__name__ != "DaemonGone":  # named, not imported: that costs 30 ms
            raise
        problem = _gone(error)
    show_problem(problem, Console(json=session.console.json or wants_json(arguments)))
    return exit_code(problem)


def _gone(error: Exception) -> Problem:
    if isinstance(error.__cause__, TimeoutError):
        return Problem(
            "daemon-slow",
            "the daemon has not answered in time. What was asked of it may go on; what serves "
            "goes on serving.",
            hints=["shipway status", "shipway daemon log"],
        )
    return Problem(
        "daemon-gone",
        "the daemon went away in the middle of its answer. What serves goes on serving.",
        details=[str(error)],
        hints=["shipway status", "shipway daemon log"],
    )


def _unexpected(error: Exception, console: Console) -> int:
    """Tell of a defect: one sentence, and where the trace is."""
    import traceback

    trace = "".join(traceback.format_exception(error))
    if os.environ.get("SHIPWAY_DEBUG"):
        print(trace, file=sys.stderr)
        where = "the trace is above"
    else:
        where = f"the trace is in {_keep(trace)}"
    problem = Problem(
        "internal-error",
        f"unexpected {type(error).__name__}: {error}. This is a defect of Shipway; {where}.",
        hints=["SHIPWAY_DEBUG=1 shipway …, which shows it"],
    )
    show_problem(problem, console)
    return UNEXPECTED


def _keep(trace: str) -> Path:
    import tempfile

    descriptor, path = tempfile.mkstemp(prefix="shipway-", suffix=".trace")
    with os.fdopen(descriptor, "w") as stream:
        stream.write(trace)
    return Path(path)
