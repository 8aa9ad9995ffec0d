"""HAProxyIngress: makes a running HAProxy equal to an IngressConfig.

`apply` asks the proxy what it runs.  Where only upstreams differ, they are changed over
the runtime socket, without a reload; where anything else differs, the file is written,
checked and reloaded, and put back if the new worker does not come.  After either, the
file equals the running state, so a proxy that was killed comes back as it was.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from shipway.files import replace_file
from shipway.ingress import control, plan
from shipway.ingress.access import AccessReader
from shipway.ingress.checked import checked
from shipway.ingress.control import Processes, Unreachable
from shipway.ingress.life import Life
from shipway.ingress.listening import check_ports, held_by_the_unseen
from shipway.ingress.process import CONFIG, HAProxyProcess, refused
from shipway.ingress.render import RUNTIME_SOCKET, Rendered, render
from shipway.ingress.sessions import end_old_sessions
from shipway.ingress.settings import IngressSettings
from shipway.ingress.telling import tell
from shipway.ingress.upgraded import upgraded
from shipway.ingress.written import (
    drop_old_files,
    ensure_default_certificate,
    write_all,
    write_files,
)
from shipway.model.routing import IngressConfig, IngressStatus, RequestTimings
from shipway.ports import Clock

START_TIMEOUT_S = 10.0
LEAVE_TIMEOUT_S = 2.0
"""How long the sessions of an upstream that is no longer named may take to end."""


class HAProxyIngress:
    """The port `Ingress` over a HAProxy of version 2.6 or later.

    directory: everything of this proxy; only its user may enter it.
    binary: the haproxy program.
    settings: None: what fits this machine.
    supervised: the machine's own service manager starts the proxy when its configuration
    is written, and again when it died.
    Safe for several threads; one process at a time may apply.
    """

    def __init__(
        self,
        directory: Path,
        binary: Path,
        clock: Clock,
        settings: IngressSettings | None = None,
        *,
        supervised: bool = False,
    ) -> None:
        self._directory = directory
        self._settings = settings
        self._process = HAProxyProcess(directory, binary, clock, supervised=supervised)
        self._lock = threading.RLock()
        self._access = AccessReader(directory)
        self._life = Life(directory, clock)

    def apply(self, config: IngressConfig) -> None:
        """Ensure that the proxy runs and that its running state equals `config`.

        See `shipway.ports.Ingress`.
        """
        checked(config)
        with self._lock:
            try:
                self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._process.bound_log()
                rendered = render(config, self._known_settings())
                ensure_default_certificate(self._directory, rendered)
                self._make_equal(config, rendered)
            except (Unreachable, OSError) as error:  # OSError: a full disk, a lost directory
                raise self._process.unavailable(str(error)) from error

    def status(self) -> IngressStatus:
        """Return the running state; connections include those of lingering old workers."""
        try:
            found = control.processes(self._directory)
            current = (
                control.ask_worker(self._directory, found.worker, _STATISTICS)
                if found.worker
                else ""
            )
        except Unreachable:
            return IngressStatus(running=False)
        old = [self._old_statistics(pid) for pid in found.old_workers]
        return IngressStatus(
            running=found.worker is not None,
            version=found.version,
            pid=found.master,
            upstreams=plan.upstream_status(plan.parse_statistics(current), old),
        )

    def alive(self) -> bool:
        """Return whether the proxy serves; the kernel tells when it was killed."""
        return self._life.serves()

    def timings(self) -> RequestTimings:
        """Return the requests that ended since the last call; see `shipway.ports.AccessLog`."""
        return self._access.read()

    def upgraded(self) -> Mapping[str, int] | None:
        """Return how many WebSockets are open, by backend; None where no proxy answers."""
        return upgraded(self._directory)

    def shutdown(self) -> None:
        """Ensure that the proxy has ended; its connections are cut."""
        with self._lock:
            self._process.stop()
            self._process.wait_until(lambda: not self._process.leftovers(), LEAVE_TIMEOUT_S)
        self._life.let_go()

    def _known_settings(self) -> IngressSettings:
        if self._settings is None:
            prometheus = self._process.features().prometheus
            self._settings = IngressSettings.for_this_machine(prometheus=prometheus)
        return self._settings

    def _make_equal(self, config: IngressConfig, rendered: Rendered) -> None:
        try:
            found = control.processes(self._directory)
        except Unreachable:
            self._bring_up(config, rendered)
            return
        if found.worker is None:  # it is ending
            self._process.stop()
            self._bring_up(config, rendered)
            return
        if not self._change_upstreams(found.worker, config, rendered):
            self._restructure(found, config, rendered)

    def _change_upstreams(self, worker: int, config: IngressConfig, rendered: Rendered) -> bool:
        """Return False where the running worker cannot be made equal without a reload."""
        leaving: tuple[str, ...] | None = None

        def told() -> bool:
            nonlocal leaving
            with control.session(self._directory, RUNTIME_SOCKET) as session:
                info = session.info()
                if info.pid != worker or info.stopping:
                    return False  # an old worker answered: ask again
                if info.description == f"shipway-{rendered.structure}":
                    leaving = tell(session, config)
            return True

        if not self._process.wait_until(told, LEAVE_TIMEOUT_S):
            raise Unreachable("the running worker does not answer")
        if leaving is None:
            return False
        write_all(self._directory, rendered)
        self._remove(leaving)
        return True

    def _restructure(self, before: Processes, config: IngressConfig, rendered: Rendered) -> None:
        check_ports(config.listeners, ours=before.pids)
        write_files(self._directory, rendered)
        self._process.check(rendered.text)
        path = self._directory / CONFIG
        previous = path.read_bytes() if path.exists() else None
        replace_file(path, rendered.text, mode=0o600)
        since = self._process.log_size()
        self._process.reload()
        if self._took_over(before, rendered.structure):
            drop_old_files(self._directory, rendered)
            return
        if previous is not None:
            replace_file(path, previous, mode=0o600)
            self._process.reload()  # so that the master leaves the state after a failure
            self._process.wait_until(self._life.ask, START_TIMEOUT_S)
        raise refused("HAProxy did not take the new configuration", self._process.log_tail(since))

    def _took_over(self, before: Processes, structure: str) -> bool:
        """Return whether a new worker serves; False at once where the master says it failed."""
        serves = False

        def decided() -> bool:
            nonlocal serves
            now = control.processes(self._directory)
            serves = self._serves(now, before, structure)
            return serves or now.failed_reloads > before.failed_reloads

        self._process.wait_until(decided, START_TIMEOUT_S)
        return serves

    def _bring_up(self, config: IngressConfig, rendered: Rendered) -> None:
        # Workers end by themselves when their master is gone; their ports are free then.
        def gone() -> bool:
            return not self._process.leftovers() and not held_by_the_unseen(config.listeners)

        self._process.wait_until(gone, LEAVE_TIMEOUT_S)
        check_ports(config.listeners, ours=())
        write_files(self._directory, rendered)
        self._process.check(rendered.text)
        replace_file(self._directory / CONFIG, rendered.text, mode=0o600)
        since = self._process.log_size()
        started = self._process.start()

        def decided() -> bool:
            if started is not None and started.poll() is not None:
                return True
            return self._serves(control.processes(self._directory), None, rendered.structure)

        self._process.wait_until(decided, START_TIMEOUT_S)
        if (started is None or started.poll() is None) and self._life.ask():
            drop_old_files(self._directory, rendered)
            return
        self._process.stop()
        tail = self._process.log_tail(since)
        raise self._process.unavailable("it did not start").with_context(details=tail)

    def _serves(self, now: Processes, before: Processes | None, structure: str) -> bool:
        """Return whether a worker with this structure serves, and it alone takes requests."""
        if now.worker is None or (before is not None and now.worker == before.worker):
            return False
        with control.session(self._directory, RUNTIME_SOCKET) as session:
            info = session.info()
        if info.pid != now.worker or info.description != f"shipway-{structure}":
            return False
        return all(self._is_stopping(pid) for pid in now.old_workers)

    def _is_stopping(self, pid: int) -> bool:
        try:
            return control.parse_info(
                control.ask_worker(self._directory, pid, "show info")
            ).stopping
        except Unreachable:
            return pid not in control.processes(self._directory).old_workers

    def _remove(self, leaving: Sequence[str]) -> None:
        """Delete servers when their sessions are gone; after a while, end those sessions."""
        if not leaving:
            return
        left = list(leaving)

        def gone() -> bool:
            with control.session(self._directory, RUNTIME_SOCKET) as session:
                answers = session.ask([f"del server {key}" for key in left])
            left[:] = [
                key
                for key, answer in zip(left, answers, strict=True)
                if answer not in (plan.DELETED, "No such server.")
            ]
            return not left

        if not self._process.wait_until(gone, LEAVE_TIMEOUT_S):
            with control.session(self._directory, RUNTIME_SOCKET) as session:
                session.ask([f"shutdown sessions server {key}" for key in left])
            # What still cannot go is closed already; the next apply tries again.
            self._process.wait_until(gone, LEAVE_TIMEOUT_S)
        end_old_sessions(self._directory, leaving)

    def _old_statistics(self, pid: int) -> dict[str, tuple[int, int, bool]]:
        try:
            return plan.parse_statistics(control.ask_worker(self._directory, pid, _STATISTICS))
        except Unreachable:  # it has just ended
            return {}


_STATISTICS = "show stat -1 4 -1"
"""Of servers only."""
