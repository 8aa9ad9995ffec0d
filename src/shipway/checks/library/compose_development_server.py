"""Development servers where production is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.checks.kit import ERROR, Facts, Finding, Place, Words, check, needs

DEVELOPMENT_SERVER = re.compile(
    r"\b((pnpm|npm|yarn|bun)( run)? (dev|start:dev)|next dev|nuxt dev|ng serve|vite(?! (build|preview))(?= |$)"
    r"|webpack(-dev-server| serve)|nodemon|ts-node-dev|tsx watch|manage\.py runserver|flask run"
    r"|flask --app \S+ run|fastapi dev|react-scripts start|vue-cli-service serve|php -S|rails s(erver)?)\b"
)

_STAGE = re.compile(r"(dev|development|debug)$", re.IGNORECASE)


@check(
    "compose.development-server",
    ERROR,
    needs=needs.SERVICES,
    serves=("R034", "D08"),
    title=Words("No development server is deployed", "개발용 서버를 배포하지 않는다"),
    fix=Words(
        "build once and serve what was built: `npm run build`, then nginx or `npm start`;"
        " for Python uvicorn or gunicorn",
        "한 번 빌드한 결과물을 제공하세요: `npm run build` 뒤에 nginx나 `npm start`,"
        " Python은 uvicorn이나 gunicorn",
    ),
)
def development_server(facts: Facts) -> Iterator[Finding]:
    """Find them: slow, one process, and mostly with a debugger for whoever asks."""
    for service in facts.services:
        target = str((service.definition.get("build") or {}).get("target") or "")
        if _STAGE.match(target):
            yield _stage(service.place("build", "target"), service.name, target)
        found = DEVELOPMENT_SERVER.search(service.command)
        if found:
            yield _finding(service.command_place(), service.name, found[0])
    for file in facts.dockerfiles:
        for instruction in file.final.of("CMD", "ENTRYPOINT"):
            found = DEVELOPMENT_SERVER.search(instruction.plain)
            if found:
                yield _finding(Place(file.path, instruction.line), file.path, found[0])


def _finding(place: Place, name: str, command: str) -> Finding:
    return Finding(
        place=place,
        wrong=Words(
            f"{name} runs a development server: `{command}`",
            f"{name}이(가) 개발용 서버를 실행합니다: `{command}`",
        ),
    )


def _stage(place: Place, name: str, target: str) -> Finding:
    return Finding(
        place=place,
        wrong=Words(
            f"{name} is built from the stage `{target}`",
            f"{name}이(가) `{target}` 단계로 빌드됩니다",
        ),
    )
