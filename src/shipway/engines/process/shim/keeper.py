"""One instance: its main process, and what becomes of it."""

import _signal as signal  # type: ignore[import-not-found]  # `signal` costs 7 ms for its enums
import os
import select
import time

from shipway.engines.process.shim.health import Health
from shipway.engines.process.shim.orders import read_plan
from shipway.engines.process.shim.output import Log, Pump
from shipway.engines.process.shim.processes import children, spawn, start_ticks, sweep

BACKOFF_FIRST_S = 0.2
BACKOFF_MAX_S = 10.0


class Keeper:
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

    def start(self) -> bool:
        """Start the main process; False if it cannot be."""
        out_reader, out = os.pipe()
        err_reader, err = os.pipe()
        self.pumps = [Pump(out_reader, "o", self.log), Pump(err_reader, "e", self.log)]
        for pump in self.pumps:
            self.poller.register(pump.fd, select.POLLIN)
        self.pid, reason = spawn(self.argv, out, err, self.plan, self.environment)
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
        sweep()
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
            health.pid, reason = spawn(health.argv, out, out, self.plan, self.environment)
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
