"""This installation's way back from nothing, to be printed and kept where the server is not."""

from __future__ import annotations

import time
from collections.abc import Sequence

from shipway.backup.ground import Ground
from shipway.backup.overview import BackupStatus, backup_status
from shipway.errors import Problem
from shipway.model.backup import BackupKind
from shipway.model.names import EnvironmentId, Scope

KINDS = {
    BackupKind.BASE: ("PostgreSQL", "PostgreSQL"),
    BackupKind.REDIS: ("Redis", "Redis"),
    BackupKind.VOLUME: ("files", "파일"),
    BackupKind.SQLITE: ("SQLite", "SQLite"),
    BackupKind.BUCKET: ("bucket", "버킷"),
    BackupKind.STATE: ("Shipway's state and vault", "Shipway 상태와 보안 저장소"),
}


HERE_ENGLISH = (
    "**The repository of {name} lies on the server itself and is lost with it.** Until"
    " `backup.repository` names another disk or a bucket, copy {where} away by hand."
)
HERE_KOREAN = (
    "**{name}의 백업 저장소가 이 서버 안에 있어 서버와 함께 사라집니다.** `backup.repository`를 다른"
    " 디스크나 버킷으로 지정하기 전까지 {where}를 직접 다른 곳에 복사해 두십시오."
)


def runbook(ground: Ground, environments: Sequence[EnvironmentId], language: str) -> str:
    """Return the runbook as Markdown, in `ko` or `en`."""
    statuses = []
    for environment in environments:
        try:
            statuses.append(backup_status(ground, environment))
        except Problem:  # nothing is live there: nothing is saved, and nothing to bring back
            continue
    if language == "ko":
        return _korean(ground, statuses)
    return _english(ground, statuses)


def _english(ground: Ground, statuses: Sequence[BackupStatus]) -> str:
    now = ground.clock.now()
    lines = [
        "# When the server is gone",
        "",
        (
            f"Written {_time(now)} by Shipway for this installation ({ground.home}). Print it, and keep"
            " it with the recovery key where the server is not. It takes three things: a new Debian"
            " machine, the repository and the key."
        ),
        "",
    ]
    if not statuses:
        return "\n".join([*lines, "Nothing is deployed yet, so there is nothing to recover.", ""])
    lines += [
        "## What is kept where",
        "",
        "| environment | repository | what | newest | size | proven |",
        "|---|---|---|---|---|---|",
        *_rows(statuses, 0, "never", "none yet"),
        "",
        "## How long it takes, how much is lost",
        "",
        *[_figures_english(status) for status in statuses],
        "",
        *_warnings(statuses, HERE_ENGLISH),
        "## The steps",
        "",
        "1. On the new machine, install Shipway and its programs:",
        "",
        "       sudo apt-get install -y git python3 python3-venv restic haproxy",
        "       git clone YOUR-COPY-OF-SHIPWAY /opt/shipway && export PATH=/opt/shipway:$PATH",
        "",
        "2. Put the recovery key (one line, `AGE-SECRET-KEY-1…`) into a file that only you read:",
        "",
        "       (umask 077; cat > recovery.key)",
        "",
        (
            "3. Bring Shipway's state and the vault back. Nothing may have been deployed here before"
            f" ({ground.home} has no state.sqlite)."
        ),
        "",
        *_recover_commands(statuses),
        "       shipway up --tools -y",
        "",
    ]
    number = 4
    for status in statuses:
        environment = status.environment
        directory = _directory(ground, environment)
        lines += [
            f"{number}. {environment}: get the project, deploy it, bring its data back.",
            "",
            f"       git clone YOUR-REPOSITORY {directory} && cd {directory}",
            f"       shipway deploy {environment.name} -y",
        ]
        lines += _data_commands(status)
        lines.append("")
        number += 1
    lines += [
        (
            f"{number}. Look at it: `shipway status`, `shipway backup status`. Let the names (DNS) point"
            " at the new machine."
        ),
        "",
        "If a step fails, it says what to type next; nothing in the repository is changed by it.",
        "",
    ]
    return "\n".join(lines)


def _korean(ground: Ground, statuses: Sequence[BackupStatus]) -> str:
    now = ground.clock.now()
    lines = [
        "# 서버를 잃었을 때의 복구 절차",
        "",
        (
            f"Shipway가 {_time(now)}에 이 설치({ground.home})를 기준으로 작성했습니다. 인쇄하여 복구 키와"
            " 함께 서버 밖에 보관하십시오. 필요한 것은 세 가지입니다: 새 Debian 서버, 백업 저장소, 복구 키."
        ),
        "",
    ]
    if not statuses:
        return "\n".join([*lines, "아직 배포된 환경이 없어 복구할 대상이 없습니다.", ""])
    lines += [
        "## 백업 위치와 대상",
        "",
        "| 환경 | 저장소 | 대상 | 최신 백업 | 크기 | 복구 검증 |",
        "|---|---|---|---|---|---|",
        *_rows(statuses, 1, "없음", "아직 없음"),
        "",
        "## 목표와 실측",
        "",
        *[_figures_korean(status) for status in statuses],
        "",
        *_warnings(statuses, HERE_KOREAN),
        "## 절차",
        "",
        "1. 새 서버에 Shipway와 필요한 프로그램을 설치합니다.",
        "",
        "       sudo apt-get install -y git python3 python3-venv restic haproxy",
        "       git clone SHIPWAY-저장소-주소 /opt/shipway && export PATH=/opt/shipway:$PATH",
        "",
        "2. 복구 키(`AGE-SECRET-KEY-1…` 한 줄)를 본인만 읽을 수 있는 파일에 넣습니다.",
        "",
        "       (umask 077; cat > recovery.key)",
        "",
        f"3. Shipway 상태와 보안 저장소를 복구합니다. {ground.home}에 state.sqlite가 없어야 합니다.",
        "",
        *_recover_commands(statuses),
        "       shipway up --tools -y",
        "",
    ]
    number = 4
    for status in statuses:
        environment = status.environment
        directory = _directory(ground, environment)
        lines += [
            f"{number}. {environment}: 프로젝트를 받아 배포하고 데이터를 복구합니다.",
            "",
            f"       git clone 저장소-주소 {directory} && cd {directory}",
            f"       shipway deploy {environment.name} -y",
        ]
        lines += _data_commands(status)
        lines.append("")
        number += 1
    lines += [
        (
            f"{number}. `shipway status`와 `shipway backup status`로 확인한 뒤 도메인(DNS)을 새 서버로"
            " 변경합니다."
        ),
        "",
        "단계가 실패하면 다음에 입력할 명령이 함께 표시됩니다. 복구 과정은 저장소의 내용을 변경하지 않습니다.",
        "",
    ]
    return "\n".join(lines)


def _warnings(statuses: Sequence[BackupStatus], form: str) -> list[str]:
    lines = []
    for status in statuses:
        if status.settings.s3 is None and status.settings.directory is None:
            lines += [form.format(name=status.environment, where=status.where), ""]
    return lines


def _rows(statuses: Sequence[BackupStatus], column: int, never: str, none: str) -> list[str]:
    rows = []
    for status in statuses:
        for source in status.sources:
            newest = source.newest
            at = _time(source.restorable_at) if source.restorable_at else none
            size = f"{newest.bytes / 1e6:.1f} MB" if newest else ""
            proven = _time(source.proven_at) if source.proven_at else never
            what = f"{source.subject} ({KINDS[source.kind][column]})"
            rows.append(
                f"| {status.environment} | `{status.where}` | {what} | {at} | {size} | {proven} |"
            )
    return rows


def _figures_english(status: BackupStatus) -> str:
    rto = f"{status.rto_s:.0f} s measured" if status.rto_s is not None else "not measured yet"
    rpo = f"{status.rpo_s:.0f} s measured" if status.rpo_s is not None else "not measured yet"
    wanted = status.settings
    return (
        f"- {status.environment}: recovery time (RTO) {rto}, objective {wanted.rto_s / 3600:g} h;"
        f" loss (RPO) {rpo}, objective {wanted.rpo_s / 3600:g} h."
    )


def _figures_korean(status: BackupStatus) -> str:
    rto = f"실측 {status.rto_s:.0f}초" if status.rto_s is not None else "아직 측정되지 않음"
    rpo = f"실측 {status.rpo_s:.0f}초" if status.rpo_s is not None else "아직 측정되지 않음"
    wanted = status.settings
    return (
        f"- {status.environment}: 복구 시간(RTO) {rto}, 목표 {wanted.rto_s / 3600:g}시간;"
        f" 데이터 손실(RPO) {rpo}, 목표 {wanted.rpo_s / 3600:g}시간"
    )


def _recover_commands(statuses: Sequence[BackupStatus]) -> list[str]:
    bases: dict[str, BackupStatus] = {}
    for status in statuses:
        label = Scope(status.environment).label
        bases.setdefault(status.where.removesuffix(f"/{label}"), status)
    lines = []
    for number, (base, status) in enumerate(bases.items()):
        if status.settings.s3 is not None:
            lines += [
                (
                    "       export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…   "
                    f"# for the bucket {status.settings.s3.bucket}"
                ),
            ]
        mark = "" if number == 0 else "# "
        lines.append(f"       {mark}shipway backup recover --repository {base} --key recovery.key")
    if len(bases) > 1:
        lines.append("       # the state is in each of them: the first that is there will do")
    return lines


def _data_commands(status: BackupStatus) -> list[str]:
    name = status.environment.name
    lines = [f"       shipway backup recover {name} -y"]
    if any(source.kind is BackupKind.BASE for source in status.sources):
        lines.append(f"       shipway backup restore {name} --at latest -y")
    return lines


def _directory(ground: Ground, environment: EnvironmentId) -> str:
    project = ground.catalog.project(environment.project)
    return project.directory if project else environment.project


def _time(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))
