"""The application's own Prometheus metrics: success ratios and the gauge of WebSockets.

Every instance of a service is asked, over its own address.  Counters are added up as
increases from look to look (see `counters`).
"""

from __future__ import annotations

import http.client
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from shipway.model.names import EnvironmentId
from shipway.model.observe import Reading, SeriesState
from shipway.model.watching import MetricsPage, SuccessCounter
from shipway.model.workload import Instance, InstanceState
from shipway.observe.sources.counters import Counters, Increase
from shipway.observe.target import Target
from shipway.observe.world import Observatory

ANSWER_S = 3.0
PAGE_BYTES_MAX = 4_000_000
AT_ONCE = 8
NO_PAGE = "no metrics page is declared (indicators.metrics in shipway.yaml)"

Labels = Mapping[str, str]
Samples = Mapping[str, list[tuple[Labels, float]]]


class Unread(Exception):  # noqa: N818 - a state of the world, handled here
    """A page of metrics could not be read."""


@dataclass(slots=True)
class _Window:
    """(moment, good, all) increases of one counter's series."""

    steps: deque[tuple[float, float, float]] = field(default_factory=deque)


class MetricsSource:
    """Remembers the counters of every instance and their increases over the window."""

    def __init__(self, world: Observatory) -> None:
        self._world = world
        self._began_at = world.clock.now()
        self._counters: dict[EnvironmentId, Counters] = {}
        self._windows: dict[EnvironmentId, dict[tuple[str, str], _Window]] = {}

    def read(self, target: Target, upgraded: int | None) -> list[Reading]:
        """Return the readings; upgraded: what the ingress counts, for want of a gauge."""
        watching = target.app.watching
        names = {item.metric for item in watching.counters}
        if watching.websockets:
            names.add(watching.websockets)
        pages, problem = self._pages(target, names) if names else ({}, "")
        readings: list[Reading] = []
        grown = [] if problem else self._grown(target, pages)  # else counted at the next look
        for counter in watching.counters:
            readings += self._ratio(target, counter, grown, problem)
        return [*readings, *_websockets(target, pages, problem, upgraded)]

    def _pages(self, target: Target, names: set[str]) -> tuple[Mapping[str, Samples], str]:
        """Return the wanted samples by instance, and why some could not be read."""
        wanted = [
            (page, item) for page in target.app.watching.metrics for item in _running(target, page)
        ]
        if not wanted:
            pages = target.app.watching.metrics
            return {}, NO_PAGE if not pages else "no instance with metrics runs"
        found: dict[str, Samples] = {}
        problem = ""
        with ThreadPoolExecutor(min(AT_ONCE, len(wanted)), "metrics") as pool:
            for (_page, item), answer in zip(
                wanted, pool.map(lambda pair: _fetch(target, *pair), wanted), strict=True
            ):
                if isinstance(answer, Unread):
                    problem = f"{item.name}: {answer}"
                else:
                    found[item.id] = samples(answer, names)
        return found, problem

    def _grown(self, target: Target, pages: Mapping[str, Samples]) -> list[Increase]:
        """Return the increases of all wanted counters, over all instances that were read."""
        counters = self._counters.setdefault(target.environment, Counters(self._began_at))
        names = {item.metric for item in target.app.watching.counters}
        now = self._world.clock.now()
        return [
            increase
            for item in target.instances
            if item.id in pages
            for increase in counters.read(
                item.id,
                item.started_at,
                {name: pages[item.id].get(name, ()) for name in sorted(names)},
                now,
            )
        ]

    def _ratio(
        self,
        target: Target,
        counter: SuccessCounter,
        increases: Sequence[Increase],
        problem: str,
    ) -> list[Reading]:
        if problem:
            state = SeriesState.UNAVAILABLE if problem == NO_PAGE else SeriesState.MISSING
            return [target.without("success-ratio", counter.name, "%", problem, state)]
        now = self._world.clock.monotonic()
        grown: dict[str, tuple[float, float]] = {}
        for one in increases:
            if one.metric != counter.metric:
                continue
            subject = counter.name
            if counter.by is not None and one.labels.get(counter.by):
                subject = f"{counter.name} {one.labels[counter.by]}"
            good, every = grown.get(subject, (0.0, 0.0))
            if one.labels.get(counter.label) in counter.good:
                good += one.more
            grown[subject] = good, every + one.more
        windows = self._windows.setdefault(target.environment, {})
        subjects = set(grown) | {key[1] for key in windows if key[0] == counter.name}
        if not subjects:
            return [
                target.without(
                    "success-ratio",
                    counter.name,
                    "%",
                    f"the metrics hold no {counter.metric} yet",
                    SeriesState.IDLE,
                )
            ]
        return [
            self._judge(target, counter, subject, now, grown.get(subject, (0.0, 0.0)))
            for subject in sorted(subjects)
        ]

    def _judge(
        self,
        target: Target,
        counter: SuccessCounter,
        subject: str,
        now: float,
        grown: tuple[float, float],
    ) -> Reading:
        window = self._windows[target.environment].setdefault((counter.name, subject), _Window())
        if grown[1]:
            window.steps.append((now, *grown))
        while window.steps and window.steps[0][0] <= now - counter.window_s:
            window.steps.popleft()
        every = sum(step[2] for step in window.steps)
        if every < counter.minimum:
            reason = f"{every:.0f} calls in the window; {counter.minimum} are needed to judge"
            return target.without("success-ratio", subject, "%", reason, SeriesState.IDLE)
        good = sum(step[1] for step in window.steps)
        return target.measured("success-ratio", subject, 100 * good / every, "%")


def _websockets(
    target: Target, pages: Mapping[str, Samples], problem: str, upgraded: int | None
) -> list[Reading]:
    gauge = target.app.watching.websockets
    if gauge is None:
        if upgraded is None:
            return [
                target.without(
                    "websockets",
                    "",
                    "connections",
                    "the ingress does not tell; declare a gauge (indicators.websockets)",
                    SeriesState.UNAVAILABLE,
                )
            ]
        return [target.measured("websockets", "", upgraded, "connections")]
    values = [value for found in pages.values() for _labels, value in found.get(gauge, ())]
    if problem or not values:
        reason = problem or f"the metrics hold no {gauge}"
        state = SeriesState.UNAVAILABLE if problem == NO_PAGE else SeriesState.MISSING
        return [target.without("websockets", "", "connections", reason, state)]
    return [target.measured("websockets", "", sum(values), "connections")]


def _running(target: Target, page: MetricsPage) -> Iterator[Instance]:
    for service in target.app.services:
        if service.name == page.service:
            for item in target.of(service):
                if item.state is InstanceState.RUNNING and item.address:
                    yield item


def _fetch(target: Target, page: MetricsPage, instance: Instance) -> str | Unread:
    service = target.app.service(page.service)
    port = page.port or service.port
    if port is None:
        return Unread(f"{page.service} has no port (write it before the path: :9100/metrics)")
    connection = http.client.HTTPConnection(instance.address or "", port, timeout=ANSWER_S)
    try:
        connection.request("GET", page.path, headers={"Accept": "text/plain"})
        answer = connection.getresponse()
        if answer.status != 200:
            return Unread(f"GET {page.path} answered {answer.status}")
        return answer.read(PAGE_BYTES_MAX).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return Unread(f"GET {page.path} failed ({type(error).__name__})")
    finally:
        connection.close()


def samples(text: str, names: Iterable[str]) -> Samples:
    """Return the samples of these metrics from Prometheus' text format.

    Only lines that begin with a wanted name are parsed: a page may hold thousands.
    """
    from prometheus_client.parser import text_string_to_metric_families

    wanted = tuple(names)
    lines = [line for line in text.splitlines() if line.startswith(wanted)]
    found: dict[str, list[tuple[Labels, float]]] = {name: [] for name in wanted}
    for family in text_string_to_metric_families("\n".join(lines) + "\n"):
        for sample in family.samples:
            if sample.name in found:
                found[sample.name].append((sample.labels, float(sample.value)))
    return found
