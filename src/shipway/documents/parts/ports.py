"""The port table: where each service listens, and who reaches it."""

from __future__ import annotations

from shipway.documents.blocks import Section, Table, plain
from shipway.documents.facts import Facts, ServiceFacts
from shipway.documents.parts.tables import environment_name
from shipway.documents.speaking import Speaker


def port_table(facts: Facts, say: Speaker) -> Section:
    """Return the services of the main environment with their exposure, and the front door."""
    main = facts.main
    rows = [_row(service, say) for service in (main.services if main else ())]
    rows += [
        (
            f"HAProxy ({environment_name(environment.name, say)})",
            str(environment.port),
            say.say("public", "공개"),
            "TLS" if environment.tls else "HTTP",
        )
        for environment in facts.environments
    ]
    return Section(
        say.say("Ports", "서비스 포트 매핑"),
        (
            Table(
                (
                    say.say("Service", "서비스"),
                    say.say("Internal port", "내부 포트"),
                    say.say("Reached from outside", "외부 노출"),
                    say.say("Note", "비고"),
                ),
                tuple(rows),
            ),
        ),
    )


def _row(service: ServiceFacts, say: Speaker) -> tuple[str, str, str, str]:
    notes = [plain(service.runs), plain(service.note)]
    if service.exposure == "none" and service.port:
        notes.append(say.say("internal only", "내부 전용"))
    return (
        plain(service.name),
        str(service.port or "–"),
        f"{_declared(service, say)}{_measured(service, say)}",
        ", ".join(note for note in notes if note),
    )


def _declared(service: ServiceFacts, say: Speaker) -> str:
    return {
        "proxy": say.say("through the proxy", "프록시 경유"),
        "published": say.say("published: ", "직접 노출: ") + ", ".join(service.published),
        "none": say.say("no", "비노출"),
    }[service.exposure]


def _measured(service: ServiceFacts, say: Speaker) -> str:
    """Return what was seen when its port was tried from outside; nothing where it never was."""
    if service.open is None:
        return ""
    when = say.moment(service.measured_at)
    if service.open:
        return say.say(
            f"; **measured: other machines reach it** ({when})",
            f"; **실측: 외부에서 접속됨** ({when})",
        )
    return say.say(f"; measured: closed ({when})", f"; 실측: 닫힘 ({when})")
