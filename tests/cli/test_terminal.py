"""On a real terminal: questions, Ctrl-C, colours."""

from __future__ import annotations

import os
import pty
import select
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.cli.fake import FakeDaemon, Stream
from tests.cli.screen import Screen
from tests.cli.views import GOOD, environment, plan, rollout, status
from tests.support.running import eventually

DEADLINE_S = 20.0


class Terminal:
    """A command of ours on a pseudo-terminal."""

    def __init__(self, *words: str, **environment: str) -> None:
        self.shown = ""
        pid, self._terminal = pty.fork()
        if pid == 0:
            os.environ.update({"TERM": "xterm", **environment})
            os.execv(sys.executable, [sys.executable, "-P", "-m", "shipway", *words])  # noqa: S606
        self._pid = pid

    def until(self, true: Callable[[str], bool]) -> str:
        """Read until what was shown makes it true, or the command ends."""
        until = time.monotonic() + DEADLINE_S
        while not true(self.shown):
            assert time.monotonic() < until, self.shown
            if select.select([self._terminal], [], [], 0.1)[0]:
                try:
                    data = os.read(self._terminal, 65536)
                except OSError:  # the other end is closed
                    break
                if not data:
                    break
                self.shown += data.decode(errors="replace")
        return self.shown

    def type(self, text: str) -> None:
        """Type."""
        os.write(self._terminal, text.encode())

    def asked(self, question: str) -> None:
        """Wait until the question is shown and the command waits for the answer.

        Python misses a Ctrl-C in the instant between the two.
        """
        self.until(lambda shown: shown.endswith(question))
        stat = Path(f"/proc/{self._pid}/stat")
        eventually("the command reads", lambda: stat.read_text().rpartition(") ")[2][0] == "S")

    def end(self) -> tuple[int, str]:
        """Return the exit code, and what is seen on the screen at the end."""
        self.until(lambda _shown: False)
        _pid, how = os.waitpid(self._pid, 0)
        os.close(self._terminal)
        screen = Screen()
        screen.write(self.shown)
        return os.waitstatus_to_exitcode(how), screen.text


def ready(daemon: FakeDaemon, *lines: object) -> None:
    daemon.post("/plans", plan())
    daemon.post("/rollouts", rollout(state="running"))
    daemon.get("/rollouts/7/progress", Stream(lines))
    daemon.get("/rollouts/7", rollout())
    daemon.get("/projects/shop/environments/staging", environment("staging"))


def test_a_person_is_asked_and_a_no_changes_nothing(daemon: FakeDaemon, project: Path) -> None:
    ready(daemon, *GOOD, {"rollout": rollout()})
    terminal = Terminal("-C", str(project), "deploy")
    terminal.asked("Go ahead? [y/N]: ")
    terminal.type("n\r")
    code, screen = terminal.end()
    assert code == 1
    assert screen.endswith("Nothing was changed.")
    assert daemon.bodies("/rollouts") == []


def test_a_yes_is_followed_to_the_end(daemon: FakeDaemon, project: Path) -> None:
    ready(daemon, *GOOD, {"rollout": rollout()})
    terminal = Terminal("-C", str(project), "deploy")
    terminal.asked("Go ahead? [y/N]: ")
    terminal.type("y\r")
    code, screen = terminal.end()
    assert code == 0
    assert screen.endswith(
        "✓ switch                             1.0 s\n"
        "\n"
        "● r42 is live in staging  http://127.0.0.1:4500/\n"
        "  switched after 2.1 s, done after 2.9 s\n"
        "  back to r40 (still warm: at once): shipway rollback staging"
    )


def test_ctrl_c_ends_the_watching_and_not_the_rollout(daemon: FakeDaemon, project: Path) -> None:
    wait = threading.Event()
    ready(daemon, *GOOD[:4], wait)
    terminal = Terminal("-C", str(project), "deploy", "-y")
    terminal.until(lambda shown: shown.count("build, or reuse what is built") > 3)
    terminal.type("\x03")
    code, screen = terminal.end()
    wait.set()
    assert code == 130
    assert "Rollout #7 goes on in the daemon." in screen
    assert "shipway follow 7" in screen
    assert "shipway abort 7" in screen
    assert not any(item.path.endswith("/abort") for item in daemon.asked)


def test_ctrl_c_at_the_question_begins_nothing(daemon: FakeDaemon, project: Path) -> None:
    ready(daemon)
    terminal = Terminal("-C", str(project), "deploy")
    terminal.asked("Go ahead? [y/N]: ")
    terminal.type("\x03")
    code, screen = terminal.end()
    assert code == 130
    assert screen.endswith("Go ahead? [y/N]: ^C\nNothing was changed.")
    assert daemon.bodies("/rollouts") == []


def test_ctrl_c_at_a_secrets_prompt_sets_nothing(daemon: FakeDaemon, project: Path) -> None:
    terminal = Terminal("-C", str(project), "secret", "set", "TOKEN", "-e", "staging")
    terminal.asked("TOKEN in staging (not shown): ")
    terminal.type("half a val\x03")
    code, screen = terminal.end()
    assert code == 130
    assert screen.endswith("Nothing was changed.")
    assert "half" not in terminal.shown
    assert not any(item.method == "POST" for item in daemon.asked)


def test_ctrl_c_in_a_long_wait_says_what_becomes_of_it(daemon: FakeDaemon, project: Path) -> None:
    answered = threading.Event()
    path = "/projects/shop/environments/staging"

    def late(_request: object) -> dict[str, str]:
        answered.wait(DEADLINE_S)
        return {"destroyed": "shop/staging"}

    daemon.get(path, environment("staging", live=None))
    daemon.post(f"{path}/destroy", late)
    terminal = Terminal("-C", str(project), "destroy", "staging", "-y")
    eventually("it is asked", lambda: daemon.bodies(f"{path}/destroy") != [])
    terminal.type("\x03")
    code, screen = terminal.end()
    answered.set()
    assert code == 130
    assert screen.endswith("It goes on in the daemon. shipway status shows what is left.")


def test_a_narrow_terminal_cuts_no_word(daemon: FakeDaemon) -> None:
    long = "a release whose health is asked at https://shop.example.com/health and never answered"
    failed = rollout(state="failed", problem={"kind": "ill", "message": long, "hints": []})
    daemon.get("/status", status(environment(last=failed)))
    terminal = Terminal("status", "--all", COLUMNS="40", NO_COLOR="1")
    _code, screen = terminal.end()
    assert all(len(line) <= 40 for line in screen.splitlines())
    assert "        https://shop.example.com/health" in screen.splitlines()


def test_colours_are_for_terminals_and_no_color_is_honoured(daemon: FakeDaemon) -> None:
    daemon.get("/status", status(environment()))
    coloured = Terminal("status", "--all")
    coloured.end()
    assert "\x1b[32mup\x1b[0m" in coloured.shown
    for variable in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        plain = Terminal("status", "--all", **variable)
        plain.end()
        assert "up" in plain.shown
        assert "\x1b" not in plain.shown
