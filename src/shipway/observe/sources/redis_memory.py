"""Redis: memory against its limit, and keys that it threw away."""

from __future__ import annotations

from shipway.model.application import Service
from shipway.model.observe import Reading, SeriesState
from shipway.observe.recognise import RedisPlace, redis_password, redis_services
from shipway.observe.sources.redis_client import Unanswered, connected
from shipway.observe.target import Target

NO_LIMIT = "maxmemory is 0: Redis has no limit to be near to"
STOPPED = "no instance of it runs"


class RedisMemory:
    """Evictions are counted from look to look."""

    def __init__(self) -> None:
        self._evicted: dict[tuple[object, str], int] = {}

    def read(self, target: Target) -> list[Reading]:
        """Return the readings of the environment's Redis servers."""
        readings: list[Reading] = []
        for service in redis_services(target.app):
            try:
                readings += self._of(target, service)
            except Unanswered as error:
                readings.append(target.without("redis-memory", service.name, "%", str(error)))
        return readings

    def _of(self, target: Target, service: Service) -> list[Reading]:
        address = target.address(service)
        if address is None:
            raise Unanswered(STOPPED)
        password = redis_password(target.app, service)
        place = RedisPlace(host=address, port=service.port or 6379, password=password)
        with connected(place) as client:
            (said,) = client.ask(("INFO",))
        info = read_info(said.decode(errors="replace"))
        used, limit = int(info["used_memory"]), int(info.get("maxmemory") or 0)
        name = service.name
        readings = [
            target.measured("redis-used", name, used, "bytes"),
            target.measured("redis-clients", name, int(info.get("connected_clients") or 0), ""),
        ]
        if limit:
            readings.append(target.measured("redis-memory", name, 100 * used / limit, "%"))
        else:
            readings.append(
                target.without("redis-memory", name, "%", NO_LIMIT, SeriesState.UNAVAILABLE)
            )
        return [*readings, *self._evictions(target, name, int(info.get("evicted_keys") or 0))]

    def _evictions(self, target: Target, name: str, evicted: int) -> list[Reading]:
        key = (target.environment, name)
        last = self._evicted.get(key)
        self._evicted[key] = evicted
        if last is None:
            return []
        lost = evicted - last if evicted >= last else evicted  # a restart begins at 0
        return [target.measured("redis-evictions", name, lost, "keys")]


def read_info(text: str) -> dict[str, str]:
    """Return the fields of what INFO answers.  Pure."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name: value for name, colon, value in pairs if colon}
