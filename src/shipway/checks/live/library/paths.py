"""R039: what a variable names as a path is there, in every service that needs it."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.checks.live.kit import ERROR, Live, Seen, Words, live, nothing
from shipway.model.words import plural
from shipway.spec.contract.rules import Rule, Type


@live(
    "live.paths",
    ERROR,
    serves=("R039",),
    title=Words("Files that variables name are there", "환경변수가 가리키는 파일이 있습니다"),
    fix=Words(
        "`files:` in shipway.yaml puts a secret or a file of the repository there",
        "shipway.yaml의 `files:`로 비밀 값이나 저장소의 파일을 그 경로에 두세요",
    ),
)
def look(seen: Live) -> Seen:
    """Ask inside one instance of each service whether its user can read what is named."""
    looked = []
    wrong = []
    for service, rule, path in _named(seen):
        for instance in seen.instances(service)[:1]:
            done = seen.inside(instance, "sh", "-c", 'test -r "$1"', "sh", path)
            if done.code not in {0, 1}:
                continue  # no shell in this image: nobody can tell
            looked.append(f"{service}: {rule.name}")
            if done.code:
                wrong.append(
                    Words(
                        f"{service}: {rule.name} names {path}, which is not there or cannot be read",
                        f"{service}: {rule.name}가 가리키는 {path}이(가) 없거나 읽을 수 없습니다",
                    )
                )
    if not looked:
        raise nothing(
            "no variable of the contract has to name a path",
            "경로를 가리켜야 하는 변수가 계약에 없습니다",
        )
    return Seen(
        says=Words(
            f"{plural(len(looked), 'path is', 'paths are')} there", f"경로 {len(looked)}개 확인"
        ),
        wrong=tuple(wrong),
        figures={"paths": looked},
    )


def _named(seen: Live) -> Iterator[tuple[str, Rule, str]]:
    """Yield (service, rule, path) of what is required; an optional folder may be made later."""
    spec = seen.scene.spec
    rules = [rule for rule in spec.contract.values() if rule.type is Type.PATH] if spec else []
    for rule in rules:
        for service in seen.own:
            if rule.services is not None and service.name not in {n.value for n in rule.services}:
                continue
            values = service.environment
            if values.get(rule.name) and rule.required.holds(seen.app.environment.name, values):
                yield service.name, rule, values[rule.name]
