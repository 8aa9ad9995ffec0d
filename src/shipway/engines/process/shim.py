"""The shim: one small process per instance, which keeps it and outlives the daemon.

It owns the instance's main process: starts it, pumps its output into rotated log files,
restarts it as its policy says, runs its healthcheck, ends it when asked (SIGTERM to the
shim), and keeps what happened in `state.json`.  It never decides to be started: that is
the engine's.  Invariant: while a shim lives it holds `shim.lock`, so that an instance has
at most one; when it dies, so does the instance's main process (PR_SET_PDEATHSIG).

Run as `python -I -S -E shim.pyc INSTANCE_DIRECTORY`.  Only builtin and small modules are
imported, because there is one shim per instance: 15 ms to start, about 9 MB, 3 of them its
own.  Exit codes of the launching process: 0 the instance runs, 75 another shim keeps it
already, 1 the main process could not be started (its log says why).

`plan` holds NUL-terminated `name=value` fields (see `plan.py`), `state.json` is described
at `Shim.record`, a log line is `SECONDS.MICROSECONDS o|e TEXT`.
"""

import _signal as signal  # type: ignore[import-not-found]  # `signal` costs 7 ms for its enums
import ctypes
import fcntl
import os
import select
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
BACKOFF_FIRST_S = 0.2
BACKOFF_MAX_S = 10.0
LINE_BYTES_MAX = 16 * 1024
SWEEP_S = 2.0

prctl = ctypes.CDLL(None).prctl


def start_ticks(pid: int) -> int:
    """Return when the process began, in ticks since boot: with its pid, its identity."""
    with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib is too heavy here
        return int(file.read().rpartition(b")")[2].split()[19])


def read_plan(path: str) -> dict[str, list[str]]:
    """Return the fields of a plan; a repeated name is a list."""
    with open(path, "rb") as file:  # noqa: PTH123
        fields = os.fsdecode(file.read()).split("\0")[:-1]
    plan: dict[str, list[str]] = {}
    for field in fields:
        name, _, value = field.partition("=")
        plan.setdefault(name, []).append(value)
    return plan


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


class Health:
    """The service's own healthcheck, as Compose describes it.

    Before its first success it is asked sooner than its interval (a start that takes 0.3 s
    need not wait for an interval of 30 s), but failures count at most once an interval.
    """

    def __init__(self, plan: dict[str, list[str]]) -> None:
        self.argv = plan.get("health", [])
        number = {
            key: float(values[0]) for key, values in plan.items() if key.startswith("health_")
        }
        self.interval = number.get("health_interval", 30.0)
        self.timeout = number.get("health_timeout", 30.0)
        self.retries = int(number.get("health_retries", 3))
        self.start_period = number.get("health_start_period", 0.0)
        self.first = number.get("health_first", 0.5)
        self.reset(0.0)

    def reset(self, now: float) -> None:
        """Begin again, for a main process that began at `now` (monotonic)."""
        self.status = "starting" if self.argv else "none"
        self.pid = 0
        self.began = now
        self.failures = 0
        self.wait = self.first
        self.due = now + self.first
        self.deadline = 0.0
        self.counted = now

    def verdict(self, code: int, now: float) -> bool:
        """Take a probe's exit code; return whether the status changed."""
        before, self.pid = self.status, 0
        if code == 0:
            self.status, self.failures, self.wait = "healthy", 0, self.interval
        else:
            starting = self.status == "starting"
            early = starting and now - self.began < self.start_period
            fresh = starting and now - self.counted < self.interval
            if not early and not fresh:
                self.failures, self.counted = self.failures + 1, now
            if self.failures >= self.retries:
                self.status = "unhealthy"
            self.wait = min(self.wait * 2, self.interval) if starting else self.interval
        self.due = now + self.wait
        return before != self.status


class Shim:
    """One instance: its main process, and what becomes of it."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        plan = self.plan = read_plan(f"{directory}/plan")
        self.argv = plan["argv"]
        self.environment = dict(pair.split("=", 1) for pair in plan.get("env", []))
        self.policy = plan.get("restart", ["no"])[0]
        self.restarts_max = int(plan.get("restart_max", ["0"])[0])
        self.stop_signal = int(plan.get("stop_signal", ["15"])[0])
        self.grace_s = float(plan.get("grace_s", ["10"])[0])
        log_bytes = int(plan.get("log_bytes", [str(10 * 1024 * 1024)])[0])
        self.log = Log(f"{directory}/log", log_bytes, int(plan.get("log_files", ["5"])[0]))
        self.health = Health(plan)
        self.pid = 0
        self.pumps: list[Pump] = []
        self.exit_code: int | None = None
        self.started_at = 0.0
        self.began = 0.0
        self.restarts = 0
        self.backoff = BACKOFF_FIRST_S
        self.restart_at = 0.0
        self.kill_at = 0.0
        self.stopping = False
        self.poller = select.poll()
        with open("/proc/sys/kernel/random/boot_id") as file:  # noqa: PTH123
            self.boot = file.read().strip()

    def record(self, state: str) -> None:
        """Write `state.json`; whoever reads it sees the whole of one version.

        state: running, restarting, stopping, exited.  shim and shim_start, pid and
        pid_start: identities of the processes; they mean nothing after another boot.
        """
        code = "null" if self.exit_code is None else self.exit_code
        start = start_ticks(self.pid) if self.pid else 0
        text = (
            f'{{"version": 1, "state": "{state}", "boot": "{self.boot}", "shim": {os.getpid()},'
            f' "shim_start": {start_ticks(os.getpid())}, "pid": {self.pid}, "pid_start": {start},'
            f' "started_at": {self.started_at:.6f}, "exit_code": {code},'
            f' "restarts": {self.restarts}, "health": "{self.health.status}"}}\n'
        )
        path = f"{self.directory}/state.json"
        fd = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(fd, text.encode())
        os.close(fd)
        os.rename(path + ".new", path)  # noqa: PTH104

    def say(self, text: str) -> None:
        """Write a line of the shim's own into the instance's log."""
        self.log.write("e", [f"shipway: {text}".encode()])

    # The processes

    def spawn(self, argv: list[str], out: int, err: int) -> tuple[int, str]:
        """Start a process of the instance; return its pid, and why it cannot run, if so."""
        reader, writer = os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                self.become(argv, out, err, parent)
            except BaseException as error:  # the edge of a process
                code = 127 if isinstance(error, FileNotFoundError) else 126
                reason = error.strerror if isinstance(error, OSError) else str(error)
                os.write(writer, f"cannot run {argv[0]!r}: {reason}".encode())
            os._exit(code)
        os.close(writer)
        reason = os.read(reader, 4096).decode()
        os.close(reader)
        return pid, reason

    def become(self, argv: list[str], out: int, err: int, parent: int) -> None:
        """Turn this new process into `argv`: its streams, user, limits, signals."""
        null = os.open("/dev/null", os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(out if out >= 0 else null, 1)
        os.dup2(err if err >= 0 else null, 2)
        os.setpgid(0, 0)
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        for limit in self.plan.get("rlimit", []):
            self.limit(limit)
        if "uid" in self.plan:
            gid = int(self.plan["gid"][0])
            os.setgroups([int(group) for group in self.plan.get("groups", [])] or [gid])
            os.setgid(gid)
            os.setuid(int(self.plan["uid"][0]))
        prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(137)
        os.umask(int(self.plan.get("umask", ["022"])[0], 8))
        os.chdir(self.plan["cwd"][0])
        path = self.environment.get("PATH", "/usr/local/bin:/usr/bin:/bin")
        if "/" in argv[0]:
            os.execve(argv[0], argv, self.environment)  # noqa: S606
        missing: OSError = FileNotFoundError(2, "no such program in PATH")
        for folder in path.split(":"):
            try:
                os.execve(f"{folder}/{argv[0]}", argv, self.environment)  # noqa: S606
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                missing = error
        raise missing

    def limit(self, text: str) -> None:
        """Apply `nofile:1024:2048`; what the user may not raise stays at its maximum."""
        import resource  # rarely needed

        name, soft, hard = text.split(":")
        kind = getattr(resource, f"RLIMIT_{name.upper()}")
        infinity = resource.RLIM_INFINITY

        def lesser(one: int, other: int) -> int:
            return min((value for value in (one, other) if value >= 0), default=infinity)

        ceiling = resource.getrlimit(kind)[1]
        wanted = lesser(int(hard), ceiling) if os.geteuid() else int(hard)
        try:
            resource.setrlimit(kind, (lesser(int(soft), wanted), wanted))
        except (ValueError, OSError) as error:
            os.write(2, f"shipway: ulimit {name} not applied: {error}\n".encode())

    def start(self) -> bool:
        """Start the main process; False if it cannot be."""
        out_reader, out = os.pipe()
        err_reader, err = os.pipe()
        self.pumps = [Pump(out_reader, "o", self.log), Pump(err_reader, "e", self.log)]
        for pump in self.pumps:
            self.poller.register(pump.fd, select.POLLIN)
        self.pid, reason = self.spawn(self.argv, out, err)
        os.close(out)
        os.close(err)
        self.began = time.monotonic()
        self.started_at = time.time()
        self.exit_code = None
        self.restart_at = 0.0
        self.health.reset(self.began)
        if reason:
            self.say(reason)
            _, status = os.waitpid(self.pid, 0)
            self.main_ended(os.waitstatus_to_exitcode(status), self.began)
            return False
        self.record("running")
        return True

    def signal_main(self, number: int) -> None:
        """Send a signal to the main process, or to what is left of its descendants."""
        for pid in [self.pid] if self.pid else children():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def sweep(self) -> None:
        """Kill every descendant: as subreaper this process inherits the orphans."""
        until = time.monotonic() + SWEEP_S
        while time.monotonic() < until:
            for pid in children():
                try:
                    os.kill(pid, signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    continue
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    time.sleep(0.002)
            except ChildProcessError:
                return

    # What happens

    def stop(self, now: float) -> None:
        """Begin to end, on request."""
        if self.stopping:
            return
        self.stopping = True
        self.restart_at = 0.0
        if self.pid:
            self.kill_at = now + self.grace_s
            self.record("stopping")
            self.signal_main(self.stop_signal)

    def reap(self, now: float) -> None:
        """Take the exit codes of whoever ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                pid = 0
            if pid == 0:
                return
            code = os.waitstatus_to_exitcode(status)
            if pid == self.pid:
                self.main_ended(code if code >= 0 else 128 - code, now)
            elif pid == self.health.pid and self.health.verdict(code, now) and self.pid:
                self.record("stopping" if self.stopping else "running")

    def main_ended(self, code: int, now: float) -> None:
        """Note the exit code; plan a restart, or leave the rest of the grace to the rest."""
        self.pid, self.exit_code = 0, code
        if self.stopping and code != 137 and children():
            self.signal_main(self.stop_signal)
            return
        self.finish()
        failed = code != 0
        again = self.policy in ("always", "unless-stopped") or (
            self.policy == "on-failure"
            and failed
            and (self.restarts_max == 0 or self.restarts < self.restarts_max)
        )
        if again and not self.stopping:
            if now - self.began >= BACKOFF_MAX_S:
                self.backoff = BACKOFF_FIRST_S
            self.restart_at = now + self.backoff
            self.backoff = min(self.backoff * 2, BACKOFF_MAX_S)
            self.record("restarting")

    def finish(self) -> None:
        """End every descendant and take the last of their output."""
        self.sweep()
        for pump in self.pumps:
            if not pump.ended:
                self.poller.unregister(pump.fd)
            pump.close()
        self.pumps = []
        self.health.pid = 0
        if self.health.argv:
            self.health.status = "starting"

    def timers(self, now: float) -> None:
        """Do what is due."""
        if self.restart_at and now >= self.restart_at:
            self.restarts += 1
            self.start()
        if self.kill_at and now >= self.kill_at:
            self.kill_at = now + 1.0
            self.signal_main(signal.SIGKILL)
        health = self.health
        if not health.argv or not self.pid or self.stopping:
            return
        if health.pid and now >= health.deadline:
            try:  # noqa: SIM105 - contextlib is an import more
                os.killpg(health.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            health.deadline = now + 1.0
        if not health.pid and now >= health.due:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            out = os.open(f"{self.directory}/health.log", flags, 0o600)
            health.pid, reason = self.spawn(health.argv, out, out)
            if reason:
                os.write(out, reason.encode())
            os.close(out)
            health.deadline = now + health.timeout

    def next_s(self, now: float) -> float:
        """Return the seconds until something is due."""
        health = self.health
        times = [self.restart_at, self.kill_at]
        if health.argv and self.pid and not self.stopping:
            times.append(health.deadline if health.pid else health.due)
        return max(0.0, min((time for time in times if time), default=now + 3600.0) - now)

    @property
    def over(self) -> bool:
        """Whether nothing is left to keep."""
        if self.pid or self.restart_at:
            return False
        return not (self.stopping and self.pumps and children())

    def keep(self, wake: int, asked: list[int]) -> None:
        """Keep the instance until it is over."""
        self.poller.register(wake, select.POLLIN)
        while not self.over:
            ready = dict(self.poller.poll(self.next_s(time.monotonic()) * 1000 + 1))
            if wake in ready:
                os.read(wake, 4096)
            now = time.monotonic()
            for pump in self.pumps:
                if pump.fd in ready and not pump.read() and pump.ended:
                    self.poller.unregister(pump.fd)
            if asked:
                self.stop(now)
            self.reap(now)
            self.timers(now)
        self.finish()
        self.record("exited")


def children() -> list[int]:
    """Return the children of this process, orphans that it inherited among them."""
    pid = os.getpid()
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:  # noqa: PTH123
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def main(directory: str) -> int:
    """Leave the caller behind, keep the instance."""
    os.chdir("/")
    lock = os.open(f"{directory}/shim.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 75
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        return 0 if os.read(reader, 1) == b"+" else 1
    os.close(reader)
    os.setsid()
    wake_reader, wake = os.pipe()
    for fd in (wake_reader, wake):
        os.set_blocking(fd, False)
    asked: list[int] = []
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    shim = Shim(directory)
    started = shim.start()
    if not started and shim.over:
        shim.record("exited")
    os.write(writer, b"+" if started else b"-")
    os.close(writer)
    shim.keep(wake_reader, asked)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
