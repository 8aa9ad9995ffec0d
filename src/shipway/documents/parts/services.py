"""The services: what each is made of, what it needs, where its requests go."""

from __future__ import annotations

from shipway.documents.blocks import Items, Section, Table, Text, code, plain
from shipway.documents.facts import EnvironmentFacts, Facts, ServiceFacts
from shipway.documents.parts.tables import environment_name, names
from shipway.documents.speaking import Speaker


def role_name(role: str, say: Speaker) -> str:
    """Return what a role is called."""
    return {
        "web": say.say("web", "웹"),
        "worker": say.say("worker", "워커"),
        "singleton": say.say("one instance only", "단일 인스턴스"),
        "job": say.say("once a release", "릴리스당 1회"),
        "stateful": say.say("data", "데이터"),
    }.get(role, plain(role))


def services(main: EnvironmentFacts | None, say: Speaker) -> Table:
    """Return the table of an environment's services."""
    return Table(
        (
            say.say("Service", "서비스"),
            say.say("Port", "포트"),
            say.say("Image or build", "이미지 / 빌드"),
            say.say("Role", "역할"),
            say.say("Instances", "인스턴스"),
            say.say("Volumes", "볼륨"),
            say.say("Note", "설명"),
        ),
        tuple(
            (
                plain(one.name),
                str(one.port or "–"),
                plain(one.runs),
                role_name(one.role, say),
                f"{one.running}/{one.wanted}" if one.running is not None else str(one.wanted),
                names(one.volumes),
                plain(one.note) or "–",
            )
            for one in (main.services if main else ())
        ),
        empty=say.say("No service is declared.", "선언된 서비스가 없습니다."),
    )


def composition(facts: Facts, say: Speaker) -> Section:
    """Return each service with how it is built, where it listens and what it is given."""
    title = say.say("What it is made of", "배포 구성")
    main = facts.main
    if main is None or not main.services:
        return Section(
            title, (Text(say.say("No service is declared.", "선언된 서비스가 없습니다.")),)
        )
    return Section(
        title,
        tuple(
            _composed(number, one, facts, say) for number, one in enumerate(main.services, start=1)
        ),
    )


def _composed(number: int, service: ServiceFacts, facts: Facts, say: Speaker) -> Section:
    variables = [one.name for one in facts.variables if service.name in one.services]
    lines = [
        (say.say("Made from", "빌드 방식 / 이미지"), code(service.runs)),
        (say.say("Role", "역할"), role_name(service.role, say)),
        (say.say("Port", "포트"), str(service.port or "")),
        (say.say("Health", "헬스 체크"), code(service.health) if service.health else ""),
        (say.say("Waits for", "의존 서비스"), ", ".join(map(plain, service.waits_for))),
        (say.say("Volumes", "볼륨"), ", ".join(map(plain, service.volumes))),
        (say.say("Command", "명령"), code(service.note) if service.note else ""),
        (say.say("Variables", "환경 변수"), ", ".join(map(code, variables))),
    ]
    return Section(
        f"{number}. {plain(service.name)}",
        (Items(tuple(f"**{label}**: {text}" for label, text in lines if text)),),
    )


def routes(facts: Facts, say: Speaker) -> Section:
    """Return where requests go in each environment, and what holds there."""
    words = {
        "rate": say.say("rate", "요청 제한"),
        "max_body": say.say("body at most", "본문 최대"),
        "allow": say.say("only from", "허용 대역"),
        "login": say.say("login of", "로그인"),
        "cache": say.say("cache", "캐시"),
        "strip": say.say("strips", "경로 제거"),
    }
    rows = [
        (
            environment_name(environment.name, say),
            plain(route.host or "*"),
            code(route.path),
            plain(route.service),
            ", ".join(f"{words[key]} {plain(value)}" for key, value in route.limits) or "–",
        )
        for environment in facts.environments
        for route in environment.routes
    ]
    return Section(
        say.say("Routes", "라우팅 설정"),
        (
            Table(
                (
                    say.say("Environment", "환경"),
                    say.say("Host", "호스트"),
                    say.say("Path", "경로"),
                    say.say("Service", "서비스"),
                    say.say("What holds there", "적용 규칙"),
                ),
                tuple(rows),
                empty=say.say("Nothing takes requests.", "요청을 받는 서비스가 없습니다."),
            ),
            Text(
                say.say(
                    "WebSockets are upgraded on every route and may stay open for a day; Host, "
                    "X-Real-IP and X-Forwarded-For are passed on.",
                    "모든 경로에서 WebSocket 업그레이드를 지원하고 하루 동안 연결을 유지합니다. "
                    "Host, X-Real-IP, X-Forwarded-For를 전달합니다.",
                )
            ),
        ),
    )
