"""The live display, seen on a screen, and the plain one."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any, TextIO, cast

import pytest

from shipway.cli.console import Console, Paint
from shipway.cli.live import with_ticks
from shipway.cli.progress import LiveDisplay, PlainDisplay
from tests.cli.screen import Screen
from tests.cli.views import BAD, GOOD, NOW


class OnScreen(Console):
    """A console whose terminal is a Screen of 60 columns."""

    def __init__(self) -> None:
        super().__init__()
        self.screen = Screen()

    @property
    def stream(self) -> TextIO:
        return cast("TextIO", self.screen)

    @property
    def paint(self) -> Paint:
        return Paint(wanted=True)

    @property
    def columns(self) -> int:
        return 60


def live(console: OnScreen, **more: Any) -> LiveDisplay:
    given = {"verbose": False, "titles": {}, "clock": lambda: NOW + 12, **more}
    return LiveDisplay(console, **given)


def test_the_running_step_shows_its_time_notes_and_last_line_of_output() -> None:
    console = OnScreen()
    display = live(console)
    for line in GOOD[:7]:
        display.line(line)
    assert console.screen.text == cleandoc(
        """
        ✓ fetch the commit                   2.0 s
            aaaaaaaa Add labels
        ⠋ build, or reuse what is built      8.0 s
            release r42
            | api: step 2 of 2
        """
    )


def test_what_stays_is_a_line_a_step_and_nothing_of_the_moving_part() -> None:
    console = OnScreen()
    display = live(console)
    for line in GOOD:
        display.line(line)
        display.tick()
    display.close()
    assert console.screen.text == cleandoc(
        """
        ✓ fetch the commit                   2.0 s
            aaaaaaaa Add labels
        ✓ build, or reuse what is built      4.0 s
            release r42
        ✓ switch                             1.0 s
        """
    )


def test_verbose_keeps_every_line_of_output() -> None:
    console = OnScreen()
    display = live(console, verbose=True)
    for line in GOOD[3:8]:
        display.line(line)
    assert console.screen.text == (
        "    | api: step 1 of 2\n"
        "    | api: step 2 of 2\n"
        "✓ build, or reuse what is built      4.0 s\n"
        "    release r42"
    )


def test_a_failed_step_is_marked_and_undone_steps_say_what_stays() -> None:
    console = OnScreen()
    display = live(console)
    for line in BAD:
        display.line(line)
    display.close()
    assert console.screen.text == cleandoc(
        """
        ✓ build, or reuse what is built      1.0 s
        ✗ healthy                            30 s
            api: release r42 failed its health check.
        ↶ healthy
        ↶ build, or reuse what is built       what was built stays, for the next try
        """
    )


def test_lines_wider_than_the_terminal_are_cut_so_that_they_can_be_erased() -> None:
    console = OnScreen()
    display = live(console)
    display.line(GOOD[3])
    display.line({**GOOD[4], "text": "배포 " * 40 + "\x1b[2J"})
    last = console.screen.text.splitlines()[-1]
    assert last.startswith("    | 배포 배포")
    assert last.endswith("…")
    assert sum(2 if letter > "\u1100" and letter != "…" else 1 for letter in last) <= 59


def test_a_note_of_the_command_line_stays_above_the_running_step() -> None:
    console = OnScreen()
    display = live(console)
    display.line(GOOD[3])
    display.note("the daemon is back")
    assert console.screen.text == cleandoc(
        """
        the daemon is back
        ⠋ build, or reuse what is built      8.0 s
        """
    )


def test_a_story_that_is_taken_up_in_the_middle_knows_the_titles(
    capsys: pytest.CaptureFixture[str],
) -> None:
    display = PlainDisplay(Console(), verbose=False, titles={"healthy": "healthy and well"})
    display.line(BAD[5])
    assert capsys.readouterr().out == "↶ healthy and well                    healthy\n"


def test_without_a_terminal_every_line_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    display = PlainDisplay(Console(), verbose=False, titles={})
    for line in BAD:
        display.line(line)
    assert capsys.readouterr().out == (
        "… build, or reuse what is built\n"
        "✓ build, or reuse what is built      1.0 s\n"
        "… healthy\n"
        "✗ healthy                            30 s\n"
        "    api: release r42 failed its health check.\n"
        "↶ healthy\n"
        "↶ build, or reuse what is built       what was built stays, for the next try\n"
    )


def test_ticks_come_while_nothing_does_and_errors_are_handed_on() -> None:
    def items() -> Any:
        yield 1
        raise ValueError("broken")

    seen: list[int | None] = []
    with pytest.raises(ValueError, match="broken"):
        seen.extend(with_ticks(items(), 0.01))
    assert [item for item in seen if item is not None] == [1]
