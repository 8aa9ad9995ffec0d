"""What the service's healthcheck says of it, and when it is asked again."""

from shipway.engines.process.shim.orders import Plan


class Health:
    """The service's own healthcheck, as Compose describes it.

    Before its first success it is asked sooner than its interval (a start that takes 0.3 s
    need not wait for an interval of 30 s), but failures count at most once an interval.
    """

    def __init__(self, plan: Plan) -> None:
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
