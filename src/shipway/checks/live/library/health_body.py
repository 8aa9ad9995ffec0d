"""R042, R148, R152: the health page speaks of the stores that the application cannot do without."""

from __future__ import annotations

import json

from shipway.checks.live.kit import WARNING, Live, Seen, Words, live, nothing
from shipway.journeys.web import Answer
from shipway.model.application import HEALTH_PATHS

NAMES = {
    "postgres": ("database", "db", "postgres", "sql"),
    "mysql": ("database", "db", "mysql", "sql"),
    "redis": ("redis", "cache", "broker", "queue"),
}


@live(
    "live.health-body",
    WARNING,
    serves=("R148", "R152"),
    title=Words(
        "The health page reports the stores", "상태 확인 응답이 DB와 Redis를 함께 보고합니다"
    ),
    fix=Words(
        'answer with JSON such as {"database": "ok", "redis": "ok"}, and 503 without them',
        '{"database": "ok", "redis": "ok"} 형태로 응답하고, 끊기면 503을 돌려주세요',
    ),
)
def look(seen: Live) -> Seen:
    """Read the health page of the services that speak HTTP; one of them must tell."""
    wanted = [kind for kind in NAMES if seen.stores(kind)]
    if not wanted:
        raise nothing("the application has no database and no Redis", "DB와 Redis가 없습니다")
    answers = [item for item in _answers(seen) if item.status is not None]
    if not answers:
        raise nothing("no service answers at a health page", "상태 확인 응답이 없습니다")
    told = [kind for kind in wanted if any(_speaks_of(item, kind) for item in answers)]
    missing = [kind for kind in wanted if kind not in told]
    return Seen(
        says=Words(f"it speaks of {', '.join(told)}", f"{', '.join(told)} 상태 포함"),
        wrong=tuple(
            Words(f"no health page speaks of {kind}", f"상태 확인 응답에 {kind}가 없습니다")
            for kind in missing
        ),
        figures={"told": told, "missing": missing},
    )


def _answers(seen: Live) -> list[Answer]:
    from dataclasses import replace

    found = []
    for service in seen.web:
        for instance in seen.instances(service.name)[:1]:
            if instance.address is None or service.port is None:
                continue
            door = replace(
                seen.target, address=instance.address, port=service.port, base_path="/", tls=False
            )
            paths = service.probe.paths if service.probe else HEALTH_PATHS
            found += [seen.ask(path, target=door) for path in paths]
    return found


def _speaks_of(answer: Answer, kind: str) -> bool:
    try:
        value = json.loads(answer.text)
    except ValueError:
        return False
    text = json.dumps(value).lower()
    return isinstance(value, dict) and any(f'"{name}' in text for name in NAMES[kind])
