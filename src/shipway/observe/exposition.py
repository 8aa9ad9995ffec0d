"""All that is measured in Prometheus' text format: for those who run one.  Pure but for reading.

One gauge an indicator, with project, environment and subject; `shipway_series` says of every
series whether it has a value; a series without one has no sample, as Prometheus wants it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from shipway.model.condition import Level
from shipway.model.exposition import metric_name
from shipway.model.observe import Incident, Series, SeriesState
from shipway.observe.overview import GONE_LOOKS
from shipway.observe.world import Observatory

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

LABELS = ("project", "environment", "subject")


def exposition(world: Observatory) -> bytes:
    """Return the page."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.registry import Collector

    recent = world.clock.now() - GONE_LOOKS * world.every_s
    series = [item for item in world.history.series() if item.seen_at >= recent]
    active = world.incidents.active()

    class All(Collector):
        def collect(self) -> Iterable[Metric]:
            return metrics(series, active)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(All())
    return generate_latest(registry)


def metrics(series: Sequence[Series], active: Sequence[Incident]) -> Iterator[Metric]:
    """Yield the families: each indicator, the state of every series, active incidents."""
    from prometheus_client.core import GaugeMetricFamily

    by_name: dict[str, list[Series]] = {}
    for item in series:
        by_name.setdefault(metric_name(item.key.indicator, item.unit), []).append(item)
    for name, items in sorted(by_name.items()):
        family = GaugeMetricFamily(name, f"Shipway's {items[0].key.indicator}", labels=LABELS)
        for item in items:
            if item.state is SeriesState.MEASURED and item.value is not None:
                family.add_metric(_labels(item), item.value)
        yield family
    states = GaugeMetricFamily(
        "shipway_series",
        "1 for the state that a series is in",
        labels=(*LABELS, "indicator", "state"),
    )
    for item in series:
        states.add_metric([*_labels(item), item.key.indicator, item.state.value], 1)
    yield states
    counts = Counter(item.level for item in active)
    incidents = GaugeMetricFamily(
        "shipway_incidents_active", "Incidents that go on, by level", labels=("level",)
    )
    for level in Level:
        incidents.add_metric([level.name.lower()], counts[level])
    yield incidents


def _labels(series: Series) -> list[str]:
    environment = series.key.environment
    return [
        environment.project if environment else "",
        environment.name if environment else "",
        series.key.subject,
    ]
