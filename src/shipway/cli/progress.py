"""The three ways in which a rollout's progress is shown: live, as plain lines, as JSON."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from shipway.cli.console import Console, Paint
from shipway.cli.live import LiveArea
from shipway.cli.text import clip, harmless, pad, seconds

FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
TITLE_COLUMNS = 34
NOTES_SHOWN = 6

Line = dict[str, Any]


class Display(Protocol):
    """Shows lines of progress."""

    def line(self, line: Line) -> None:
        """Show one line."""
        ...

    def tick(self) -> None:
        """Show that time passes."""
        ...

    def note(self, text: str) -> None:
        """Show a remark of the command line's own."""
        ...

    def close(self) -> None:
        """Leave the screen in order."""
        ...


def display_for(
    console: Console, *, verbose: bool, titles: Mapping[str, str] | None = None
) -> Display:
    """Return the display that fits where the words go.

    titles: of steps that began before the first line that will be shown.
    """
    if console.json:
        return JsonDisplay(console)
    display = LiveDisplay if console.live else PlainDisplay
    return display(console, verbose=verbose, titles=titles or {})


class JsonDisplay:
    """Lines of JSON, as the daemon gave them."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def line(self, line: Line) -> None:
        """Print the line."""
        self._console.emit(line)

    def tick(self) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Say it on stderr."""
        self._console.note(text)

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class Step:
    """The step that runs: what it is called, since when, and what it told."""

    title: str
    began: float
    undo: bool = False
    notes: list[str] = field(default_factory=list)


def first_line(text: str) -> str:
    """Return the first line of a text of unknown origin."""
    return harmless(next(iter(text.splitlines()), ""))


def closing(step: Step, line: Line, paint: Paint) -> str:
    """Return the line that stays when a step has ended: mark, title, time, and what to know."""
    kind, text = line["kind"], first_line(line["text"])
    took = seconds(line["at"] - step.began)
    title = pad(step.title, TITLE_COLUMNS)
    if kind == "step-done":
        return f"{paint.green('✓')} {title} {paint.dim(took)}"
    if kind == "step-failed":
        return f"{paint.red('✗')} {title} {paint.dim(took)}\n    {paint.red(text)}"
    if kind == "undo-failed":
        return f"{paint.red('✗')} undo: {step.title}\n    {paint.red(text)}"
    stays = f"  {paint.dim(text)}" if text != step.title else ""
    return f"{paint.yellow('↶')} {title if stays else step.title}{stays}"


class Teller:
    """Follows which step runs; what the live and the plain display share."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = dict(titles)
        self.step: Step | None = None

    def begin(self, line: Line) -> Step:
        """Return the step that begins, or whose undoing does."""
        undo = line["kind"] == "undo-started"
        if not undo:
            self._titles[line["step"]] = harmless(line["text"])
        title = self._titles.get(line["step"], harmless(line["text"]))
        self.step = Step(title=title, began=line["at"], undo=undo)
        return self.step

    def end(self, line: Line) -> Step:
        """Return the step that ended; also one whose beginning was not seen."""
        step, self.step = self.step, None
        name = str(line["step"])
        return step or Step(title=self._titles.get(name, name), began=line["at"])


class PlainDisplay:
    """One line after the other, for files and CI."""

    def __init__(self, console: Console, *, verbose: bool, titles: Mapping[str, str]) -> None:
        self._console = console
        self._verbose = verbose
        self._teller = Teller(titles)

    def line(self, line: Line) -> None:
        """Print what a reader of a log wants to know."""
        kind = line["kind"]
        if kind in {"step-started", "undo-started"}:
            step = self._teller.begin(line)
            if not step.undo:
                self._console.say(f"… {step.title}")
        elif kind == "note":
            self._console.say(f"    {harmless(line['text'])}")
        elif kind == "output":
            if self._verbose:
                self._console.say(f"    | {harmless(line['text'])}")
        elif kind != "finished":
            self._console.say(closing(self._teller.end(line), line, self._console.paint))

    def tick(self) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Say it on stderr."""
        self._console.note(text)

    def close(self) -> None:
        """Nothing is open."""


class LiveDisplay:
    """A line a step, the running one with a spinner, its notes and its last line of output."""

    def __init__(
        self,
        console: Console,
        *,
        verbose: bool,
        titles: Mapping[str, str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._console = console
        self._verbose = verbose
        self._clock = clock
        self._area = LiveArea(self._write)
        self._teller = Teller(titles)
        self._output = ""
        self._frame = 0

    def line(self, line: Line) -> None:
        """Take one line into the picture."""
        kind, text = line["kind"], harmless(line["text"])
        step = self._teller.step
        if kind in {"step-started", "undo-started"}:
            self._output = ""
            self._teller.begin(line)
        elif kind == "note":
            if step is None:
                self._area.commit([f"    {text}"])
            else:
                step.notes.append(text)
        elif kind == "output":
            self._output = text
            if self._verbose:
                self._area.commit([self._console.paint.dim(f"    | {text}")])
        elif kind != "finished":
            ended = self._teller.end(line)
            notes = [f"    {note}" for note in ended.notes]
            self._area.commit([closing(ended, line, self._console.paint), *notes])
        self._draw()

    def tick(self) -> None:
        """Turn the spinner."""
        self._frame += 1
        self._draw()

    def note(self, text: str) -> None:
        """Write a remark that stays."""
        self._area.commit([self._console.paint.dim(text)])
        self._draw()

    def close(self) -> None:
        """Take the moving lines away."""
        self._area.commit([])

    def _draw(self) -> None:
        step = self._teller.step
        if step is None:
            return
        paint, columns = self._console.paint, self._console.columns - 1
        title = f"undo: {step.title}" if step.undo else step.title
        took = seconds(self._clock() - step.began)
        head = clip(f"{pad(title, TITLE_COLUMNS)} {took}", columns - 2)
        lines = [f"{paint.cyan(FRAMES[self._frame % len(FRAMES)])} {head}"]
        lines += [clip(f"    {note}", columns) for note in step.notes[-NOTES_SHOWN:]]
        if self._output and not self._verbose:
            lines.append(paint.dim(clip(f"    | {self._output}", columns)))
        self._area.show(lines)

    def _write(self, text: str) -> None:
        self._console.stream.write(text)
        self._console.stream.flush()
