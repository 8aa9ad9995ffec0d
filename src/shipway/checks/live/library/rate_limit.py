"""R139: where a rate limit is declared, a burst really is answered 429."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from shipway.checks.facts.files import Files
from shipway.checks.facts.nginx import nginx_files
from shipway.checks.live.kit import ERROR, Live, Seen, Words, live, nothing

REFUSED = frozenset({429, 503})
SPARE = 10
REQUESTS_MAX = 400
SIDE_BY_SIDE = 8


@live(
    "live.rate-limit",
    ERROR,
    serves=("R139",),
    thorough=True,
    title=Words("The declared rate limit holds", "선언한 요청 제한이 실제로 동작합니다"),
    fix=Words(
        "declare the limit on the route in shipway.yaml: the ingress keeps it",
        "shipway.yaml의 라우트에 제한을 선언하면 프록시가 적용합니다",
    ),
)
def look(seen: Live) -> Seen:
    """Send more requests than a client may, at once, and count the refusals."""
    limits = declared(seen)
    if not limits:
        raise nothing("no rate limit is declared", "선언된 요청 제한이 없습니다")
    wrong, figures = [], {}
    for path, host, allowed in limits:
        count = min(REQUESTS_MAX, allowed + SPARE)
        statuses = burst(seen, path, host, count)
        name = f"{host or ''}{path}"
        refused = sum(status in REFUSED for status in statuses)
        figures[name] = {"sent": count, "refused": refused, "allowed": allowed}
        if count == REQUESTS_MAX and allowed + SPARE > REQUESTS_MAX:
            continue  # a limit so high is not to be reached by a check
        if not refused:
            wrong.append(
                Words(
                    f"{name}: {count} requests at once, none refused",
                    f"{name}: 동시에 {count}건을 보냈지만 거부된 요청이 없습니다",
                )
            )
    shown = ", ".join(
        f"{path}: {item['refused']} of {item['sent']}" for path, item in figures.items()
    )
    return Seen(
        says=Words(f"refused at {shown}", f"거부된 요청 {shown}"),
        wrong=tuple(wrong),
        figures=figures,
    )


def burst(seen: Live, path: str, host: str | None, count: int) -> Sequence[int | None]:
    """Send `count` requests side by side; return their statuses."""
    headers = {"Host": host} if host else {}
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="burst") as pool:
        return list(
            pool.map(lambda _n: seen.ask(path, headers=headers, patient=False).status, range(count))
        )


def declared(seen: Live) -> list[tuple[str, str | None, int]]:
    """Return (path, host, requests that may pass at once), of the routes, else of nginx files."""
    found = []
    for rule in seen.app.routes:
        limit = getattr(rule, "rate", None)
        if limit is not None:
            found.append((rule.path, rule.host, int(limit.requests) + int(limit.burst)))
    if found or seen.scene.source is None:
        return found
    for file in nginx_files(Files(seen.scene.source)):
        for server in file.servers():
            for location in server.all("location"):
                for limit in location.all("limit_req"):
                    burst_words = re.search(r"burst=(\d+)", " ".join(limit.args))
                    allowed = int(burst_words[1]) + 1 if burst_words else 1
                    found.append((location.args[-1], None, allowed))
    return list(dict.fromkeys(found))
