"""R145, D20: pages for administrators are behind a login."""

from __future__ import annotations

from dataclasses import replace

from shipway.checks.live.kit import ERROR, Live, Seen, Words, image_of, live, nothing
from shipway.checks.live.library.celery_workers import words_of
from shipway.checks.support import ADMIN_PORTS
from shipway.journeys.target import Target
from shipway.journeys.web import Answer
from shipway.model.application import Service

LOGIN_SIGNS = ("password", "login", "sign in", "로그인")


@live(
    "live.admin-pages",
    ERROR,
    serves=("R145", "R189", "D20"),
    title=Words("Admin pages ask for a login", "관리 화면은 로그인이 필요합니다"),
    fix=Words(
        "put a login or an allow-list in front, or reach it through an SSH tunnel",
        "앞단에 로그인이나 허용 IP 목록을 두거나 SSH 터널로 접속하세요",
    ),
)
def look(seen: Live) -> Seen:
    """Ask each admin page, through the front door and at each address that others see."""
    doors = [(name, door) for name, door in _doors(seen)]
    if not doors:
        raise nothing(
            "no service with an admin page is reachable", "접속 가능한 관리 화면이 없습니다"
        )
    wrong = []
    for name, door in doors:
        answer = seen.ask("/", target=door)
        if is_open(answer):
            where = f"{door.address}:{door.port}{door.base_path}"
            wrong.append(
                Words(f"{name} is open at {where}", f"{name}: {where}에서 로그인 없이 열립니다")
            )
    return Seen(
        says=Words(f"{len(doors)} doors tried", f"접속 경로 {len(doors)}곳 확인"),
        wrong=tuple(wrong),
        figures={"doors": len(doors)},
    )


def _doors(seen: Live) -> list[tuple[str, Target]]:
    admins = {item.name: ADMIN_PORTS[kind] for item in seen.app.services if (kind := kind_of(item))}
    found = [
        (
            rule.service,
            replace(
                seen.target,
                base_path=seen.target.path(rule.path),
                host=rule.host or seen.target.host,
            ),
        )
        for rule in seen.app.routes
        if rule.service in admins
    ]
    for service in seen.app.services:
        for mapping in service.definition.get("ports") or ():
            target = int(mapping.get("target") or 0)
            published = str(mapping.get("published") or "")
            if target in admins.get(service.name, ()) and published.isdigit():
                found += [
                    (service.name, Target(address=address, port=int(published)))
                    for address in seen.scene.outside
                ]
    return found


def is_open(answer: Answer) -> bool:
    """Return whether a page is shown to anybody: no refusal, no way to a login, no form of one."""
    if answer.status is None or answer.status in {401, 403, 404, 503}:
        return False
    if 300 <= answer.status < 400:
        return "login" not in (answer.header("location") or "").lower()
    return not any(sign in answer.text.lower() for sign in LOGIN_SIGNS)


def kind_of(service: Service) -> str | None:
    """Return which admin page a service is: by its image, else by the program that it runs."""
    words = [] if image_of(service) else words_of(service)
    heads = (word.rpartition("/")[2] for word in words)
    return next((name for name in (image_of(service), *heads) if name in ADMIN_PORTS), None)
