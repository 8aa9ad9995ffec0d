"""A terminal's screen, as far as the live display uses one."""

from __future__ import annotations

import re

_PART = re.compile(r"\x1b\[(\d*)([A-Za-z])|([\s\S])")


class Screen:
    """Keeps the lines that a person would see; colours are left aside."""

    def __init__(self) -> None:
        self._lines: list[str] = [""]
        self._row = 0
        self._column = 0

    def write(self, text: str) -> int:
        """Take what is written to the terminal."""
        for match in _PART.finditer(text):
            count, command, letter = match.groups()
            if command:
                self._command(command, int(count or 1))
            elif letter == "\n":
                self._row += 1
                self._column = 0
                if self._row == len(self._lines):
                    self._lines.append("")
            elif letter == "\r":
                self._column = 0
            else:
                line = self._lines[self._row].ljust(self._column)
                self._lines[self._row] = line[: self._column] + letter + line[self._column + 1 :]
                self._column += 1
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def _command(self, command: str, count: int) -> None:
        if command == "A":
            assert count <= self._row, "the cursor must not leave the screen"
            self._row -= count
        elif command == "J":
            self._lines[self._row] = self._lines[self._row][: self._column]
            del self._lines[self._row + 1 :]
        else:
            assert command == "m", command

    @property
    def text(self) -> str:
        """Return what is seen."""
        return "\n".join(line.rstrip() for line in self._lines).rstrip()
