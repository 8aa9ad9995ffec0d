"""What the main process writes: cut into lines, kept in log files that are rotated by size."""

import os
import time

LINE_BYTES_MAX = 16 * 1024


class Log:
    """A log file that is rotated by size: `log`, then `log.1` and so on, the older ones."""

    def __init__(self, path: str, bytes_max: int, files: int) -> None:
        self.path, self.bytes_max, self.files = path, bytes_max, files
        self.open()

    def open(self) -> None:
        """Open the current file."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self.fd = os.open(self.path, flags, 0o600)
        self.size = os.fstat(self.fd).st_size

    def write(self, stream: str, lines: list[bytes]) -> None:
        """Append lines.  A full disk loses them: it must not stop the service."""
        now = time.time_ns()
        head = f"{now // 10**9}.{now % 10**9 // 1000:06d} {stream} ".encode()
        data = b"".join(head + line + b"\n" for line in lines)
        try:
            if self.size and self.size + len(data) > self.bytes_max:
                self.rotate()
            self.size += os.write(self.fd, data)
        except OSError:
            pass

    def rotate(self) -> None:
        """Give each older file the next number, and begin a new one."""
        for number in range(self.files - 1, 0, -1):
            older = f"{self.path}.{number - 1}" if number > 1 else self.path
            try:
                os.rename(older, f"{self.path}.{number}")  # noqa: PTH104
            except FileNotFoundError:
                continue
        if self.files == 1:
            os.ftruncate(self.fd, 0)
        os.close(self.fd)
        self.open()


class Pump:
    """One pipe of the main process, cut into lines."""

    def __init__(self, fd: int, stream: str, log: Log) -> None:
        self.fd, self.stream, self.log = fd, stream, log
        self.rest = b""
        self.ended = False
        os.set_blocking(fd, False)

    def read(self) -> bool:
        """Take a piece of what there is; False where there is nothing (more)."""
        try:
            chunk = os.read(self.fd, 65536)
        except BlockingIOError:
            return False
        lines = []
        for part in (self.rest + chunk).split(b"\n"):
            piece = part
            while len(piece) > LINE_BYTES_MAX:
                lines.append(piece[:LINE_BYTES_MAX])
                piece = piece[LINE_BYTES_MAX:]
            lines.append(piece)
        self.rest = lines.pop()
        if lines:
            self.log.write(self.stream, lines)
        self.ended = not chunk
        return not self.ended

    def close(self) -> None:
        """Take what is left in the pipe when its writers are gone."""
        for _ in range(1024):
            if self.ended or not self.read():
                break
        if self.rest:
            self.log.write(self.stream, [self.rest])
        os.close(self.fd)
