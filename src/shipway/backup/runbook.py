"""This installation's way back from nothing, to be printed and kept where the server is not.

Whoever reads it has had a bad night: the commands are whole, in their order, with what was
known of this server; nothing is to be looked up but the key.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shipway import git
from shipway.backup.ground import Ground
from shipway.backup.overview import BackupStatus, backup_status
from shipway.errors import Problem
from shipway.model.backup import BackupKind
from shipway.model.names import EnvironmentId, Scope
from shipway.model.words import Words

SERVERS_HOME = Path("/var/lib/shipway")
PRODUCTION = "production"
KINDS = {
    BackupKind.BASE: Words("PostgreSQL", "PostgreSQL"),
    BackupKind.REDIS: Words("Redis", "Redis"),
    BackupKind.VOLUME: Words("files", "파일"),
    BackupKind.SQLITE: Words("SQLite", "SQLite"),
    BackupKind.BUCKET: Words("bucket", "버킷"),
    BackupKind.STATE: Words("Shipway's state and vault", "Shipway 상태와 보안 저장소"),
}


def runbook(ground: Ground, environments: Sequence[EnvironmentId], language: str) -> str:
    """Return the runbook as Markdown, in `ko` or `en`."""
    statuses = []
    for environment in environments:
        try:
            statuses.append(backup_status(ground, environment))
        except Problem:  # nothing is live there: nothing is saved, and nothing to bring back
            continue
    statuses.sort(key=lambda item: (item.environment.name != PRODUCTION, str(item.environment)))
    return "\n".join(_Book(ground=ground, statuses=statuses, korean=language == "ko").lines())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """One runbook.  statuses: production first."""

    ground: Ground
    statuses: Sequence[BackupStatus]
    korean: bool

    def say(self, english: str, korean: str) -> str:
        return korean if self.korean else english

    def lines(self) -> list[str]:
        written = _time(self.ground.clock.now())
        zone = time.strftime("%Z")
        head = [
            self.say("# When the server is gone", "# 서버를 잃었을 때의 복구 절차"),
            "",
            self.say(
                f"Written {written} ({zone}) by Shipway for this installation ({self.ground.home})."
                " Print it anew after every change of the server, and keep it with the recovery key"
                " where the server is not. It takes three things: a new Debian or Ubuntu machine,"
                " the repository and the key.",
                f"Shipway가 {written}({zone})에 이 설치({self.ground.home})를 기준으로 작성했습니다."
                " 서버 구성이 바뀔 때마다 다시 인쇄하여 복구 키와 함께 서버 밖에 보관하십시오."
                " 필요한 것은 세 가지입니다: 새 Debian 또는 Ubuntu 서버, 백업 저장소, 복구 키.",
            ),
            "",
        ]
        if not self.saved:
            nothing = self.say(
                "Nothing has been saved yet, so there is nothing to recover.",
                "아직 저장된 백업이 없어 복구할 대상이 없습니다.",
            )
            return [*head, nothing, ""]
        return [*head, *self._kept(), *self._figures(), *self._steps()]

    @property
    def saved(self) -> list[BackupStatus]:
        """Return the environments of which something is kept."""
        return [item for item in self.statuses if any(one.newest for one in item.sources)]

    def _kept(self) -> list[str]:
        lines = [
            self.say("## What is kept where", "## 백업 위치와 대상"),
            "",
            self.say(
                "| environment | repository | what | restorable to | size | proven |",
                "| 환경 | 저장소 | 대상 | 복구 가능 시점 | 크기 | 복구 검증 |",
            ),
            "|---|---|---|---|---|---|",
        ]
        for status in self.saved:
            for source in status.sources:
                none = self.say("nothing kept", "백업 없음")
                at = _time(source.restorable_at) if source.restorable_at else none
                size = f"{source.newest.bytes / 1e6:.1f} MB" if source.newest else ""
                never = self.say("never", "없음")
                proven = _time(source.proven_at) if source.proven_at else never
                kind = KINDS[source.kind]
                what = f"{source.subject} ({self.say(kind.en, kind.ko)})"
                lines.append(
                    f"| {status.environment} | `{status.where}` | {what} | {at} | {size} | {proven} |"
                )
        for status in self.statuses:
            if status not in self.saved:
                lines += ["", self._unsaved(status)]
            elif status.settings.s3 is None and status.settings.directory is None:
                lines += ["", self._on_the_server(status)]
        return [*lines, ""]

    def _unsaved(self, status: BackupStatus) -> str:
        return self.say(
            f"**Nothing of {status.environment} is kept:** it comes back empty, by a deploy.",
            f"**{status.environment}은(는) 백업이 없습니다.** 배포하면 빈 상태로 다시 시작합니다.",
        )

    def _on_the_server(self, status: BackupStatus) -> str:
        return self.say(
            f"**The repository of {status.environment} lies on the server itself and is lost with"
            f" it.** Until `backup.repository` names another disk or a bucket, copy {status.where}"
            " away by hand.",
            f"**{status.environment}의 백업 저장소가 이 서버 안에 있어 서버와 함께 사라집니다.**"
            " `backup.repository`를 다른 디스크나 버킷으로 지정하기 전까지"
            f" {status.where}를 직접 다른 곳에 복사해 두십시오.",
        )

    def _figures(self) -> list[str]:
        lines = [
            self.say("## How long it takes, how much is lost", "## 목표와 실측"),
            "",
        ]
        for status in self.saved:
            rto, rpo, wanted = status.rto_s, status.rpo_s, status.settings
            lines.append(
                self.say(
                    f"- {status.environment}: recovery time (RTO) {self._measured(rto)}, objective"
                    f" {wanted.rto_s / 3600:g} h; loss (RPO) {self._measured(rpo)}, objective"
                    f" {wanted.rpo_s / 3600:g} h.",
                    f"- {status.environment}: 복구 시간(RTO) {self._measured(rto)}, 목표"
                    f" {wanted.rto_s / 3600:g}시간; 데이터 손실(RPO) {self._measured(rpo)}, 목표"
                    f" {wanted.rpo_s / 3600:g}시간",
                )
            )
        more = self.say(
            "Measured is the restore itself; the new machine and the deploy come on top.",
            "실측값은 데이터 복구 시간이며, 새 서버 준비와 배포 시간은 포함되지 않습니다.",
        )
        return [*lines, "", more, ""]

    def _measured(self, figure: float | None) -> str:
        if figure is None:
            return self.say("not measured yet", "아직 측정되지 않음")
        shown = f"{figure:.0f}" if figure >= 10 else f"{figure:.1f}"
        return self.say(f"{shown} s measured", f"실측 {shown}초")

    def _steps(self) -> list[str]:
        steps = [self._install(), self._key(), self._state(), *self._projects(), self._last()]
        lines = [self.say("## The steps", "## 절차"), ""]
        for number, (title, commands) in enumerate(steps, start=1):
            lines += [f"{number}. {title}", ""]
            if commands:
                lines += [*(f"       {command}" for command in commands), ""]
        return [
            *lines,
            self.say(
                "If a step fails, it says what to type next. Nothing in the repository is changed"
                " by any of them.",
                "단계가 실패하면 다음에 입력할 명령이 표시됩니다. 복구 과정은 저장소의 내용을 변경하지"
                " 않습니다.",
            ),
            "",
        ]

    def _install(self) -> tuple[str, list[str]]:
        docker = any(
            self.ground.catalog.engine_of(item.environment) == "docker" for item in self.saved
        )
        programs = "git python3 python3-venv restic haproxy" + (" docker.io" if docker else "")
        title = self.say(
            "On the new machine, as root, install Shipway and its programs:",
            "새 서버에서 root로 Shipway와 필요한 프로그램을 설치합니다.",
        )
        return title, [
            f"apt-get update && apt-get install -y {programs}",
            "git clone REPOSITORY_OF_SHIPWAY /opt/shipway",
            f"export PATH=/opt/shipway:$PATH SHIPWAY_HOME={self.ground.home}",
        ]

    def _key(self) -> tuple[str, list[str]]:
        title = self.say(
            "Put the recovery key into a file that only you read: type the command, paste the line"
            " `AGE-SECRET-KEY-1…`, Enter, Ctrl-D.",
            "복구 키를 본인만 읽을 수 있는 파일에 넣습니다. 명령을 입력하고 `AGE-SECRET-KEY-1…` 한 줄을"
            " 붙여 넣은 뒤 Enter, Ctrl-D를 누릅니다.",
        )
        return title, ["(umask 077; cat > recovery.key)"]

    def _state(self) -> tuple[str, list[str]]:
        home = self.ground.home
        title = self.say(
            f"Bring Shipway's state and the vault back ({home} must not exist, or be empty), and"
            " start the daemon:",
            f"Shipway 상태와 보안 저장소를 복구하고({home}가 없거나 비어 있어야 합니다) 데몬을"
            " 시작합니다.",
        )
        start = "shipway install" if home == SERVERS_HOME else "shipway up --tools -y"
        return title, [*self._recover_commands(), start]

    def _recover_commands(self) -> list[str]:
        bases: dict[str, BackupStatus] = {}
        for status in self.saved:
            label = Scope(status.environment).label
            bases.setdefault(status.where.removesuffix(f"/{label}"), status)
        lines = []
        for number, (base, status) in enumerate(bases.items()):
            if status.settings.s3 is not None:
                lines.append(
                    "export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…   "
                    + self.say("# for the bucket ", "# 버킷 ")
                    + status.settings.s3.bucket
                )
            mark = "" if number == 0 else "# "
            lines.append(f"{mark}shipway backup recover --repository {base} --key recovery.key")
        if len(bases) > 1:
            each = self.say(
                "# the state is in each of them: the first that is there will do",
                "# 상태는 모든 저장소에 있습니다: 접근 가능한 첫 번째를 사용하십시오",
            )
            lines.append(each)
        return lines

    def _projects(self) -> list[tuple[str, list[str]]]:
        projects = dict.fromkeys(item.environment.project for item in self.saved)
        found = []
        for name in projects:
            project = self.ground.catalog.project(name)
            directory = project.directory if project else name
            source = self.say("YOUR-REPOSITORY", "저장소-주소")
            remote = (git.remote_url(Path(directory)) if project else None) or source
            commands = [f"git clone {remote} {directory}", f"cd {directory}"]
            for status in self.saved:
                if status.environment.project == name:
                    commands += self._data_commands(status)
            title = self.say(
                f"{name}: get the project, deploy it, bring its data back.",
                f"{name}: 프로젝트를 받아 배포하고 데이터를 복구합니다.",
            )
            found.append((title, commands))
        return found

    def _data_commands(self, status: BackupStatus) -> list[str]:
        name = status.environment.name
        live = self.ground.live_commit(status.environment)
        ref = f" --ref {live}" if live else ""
        lines = [
            f"shipway deploy {name}{ref} -y"
            + (
                self.say("   # live when this was written", "   # 작성 시점의 운영 커밋")
                if ref
                else ""
            ),
            f"shipway backup recover {name} -y",
        ]
        if any(source.kind is BackupKind.BASE for source in status.sources):
            lines.append(f"shipway backup restore {name} --at latest -y")
        mine = self.say("   # it saves from here on", "   # 앞으로 이 서버에서 백업")
        lines.append(f"shipway backup adopt {name} -y{mine}")
        return lines

    def _last(self) -> tuple[str, list[str]]:
        title = self.say(
            "Look at it; then let the names (DNS) point at the new machine, and print this anew"
            " from there.",
            "상태를 확인한 뒤 도메인(DNS)을 새 서버로 변경하고, 새 서버의 복구 절차를 다시 인쇄합니다.",
        )
        return title, ["shipway status", "shipway backup status", "shipway backup runbook"]


def _time(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))
