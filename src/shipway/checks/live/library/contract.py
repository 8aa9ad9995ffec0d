"""R038-R060: what the live services were given keeps the contract of the variables."""

from __future__ import annotations

from shipway.checks.live.kit import ERROR, Live, Seen, Words, live, nothing
from shipway.model.words import plural
from shipway.spec.contract.given import given_to_all
from shipway.spec.contract.judge import judge


@live(
    "live.contract",
    ERROR,
    serves=("R038", "R059", "R132"),
    title=Words("The variables keep their contract", "환경변수가 계약을 지킵니다"),
    fix=Words(
        "shipway env explain NAME shows where a value comes from",
        "shipway env explain 이름 으로 값의 출처를 확인하세요",
    ),
)
def look(seen: Live) -> Seen:
    """Judge the values that run, by the rules of the live commit."""
    spec = seen.scene.spec
    if spec is None or not spec.contract:
        raise nothing("no contract is declared", "선언된 계약(contract)이 없습니다")
    # What no service gets (`services: []`) is of the Compose files: the deploy has judged it.
    contract = {name: rule for name, rule in spec.contract.items() if rule.services != ()}
    environment = seen.app.environment.name
    declared = spec.environments.get(environment)  # a preview is not declared
    files = (*spec.files, *(declared.files if declared else ()))
    mounted = {file.target for service in seen.app.services for file in service.files}
    there = {item.secret: item.target for item in files if item.secret and item.target in mounted}
    verdicts = judge(contract, environment, given_to_all(seen.app, files, there))
    count = len(contract)
    return Seen(
        says=Words(
            f"{plural(count, 'variable is', 'variables are')} as declared",
            f"변수 {count}개가 선언과 같습니다",
        ),
        wrong=tuple(Words(str(item), str(item)) for item in verdicts if item.blocks),
        figures={"variables": count},
    )
