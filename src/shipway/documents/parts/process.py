"""The way from git to production, step by step: phases, local development, what runs itself."""

from __future__ import annotations

from shipway.documents.blocks import Block, Code, Items, Section, Text, code, plain
from shipway.documents.facts import Facts
from shipway.documents.parts.running import rollback_commands
from shipway.documents.parts.tables import address
from shipway.documents.speaking import Speaker


def phases(facts: Facts, say: Speaker) -> Section:
    """Return the phases of a first deployment, with the commands of each."""
    main = facts.main
    jobs = main.jobs if main is not None else ()
    first_user = next(
        (one.name for one in (main.services if main else ()) if one.role == "web"), "api"
    )
    steps: tuple[tuple[str, tuple[Block, ...]], ...] = (
        (
            say.say("Prepare the server", "서버 준비"),
            (Code("shipway install\nshipway init"),),
        ),
        (
            say.say("Set the variables", "환경 변수 설정"),
            (
                Code(
                    "shipway secret generate --missing -e production\n"
                    "shipway secret set NAME -e production\n"
                    "shipway env check"
                ),
            ),
        ),
        (
            say.say("Build and deploy", "빌드 및 배포"),
            (Code("shipway deploy\nshipway check staging\nshipway promote"),),
        ),
        (
            say.say("Prepare the database", "데이터베이스 초기화"),
            (
                Text(
                    say.say(
                        "Runs once a release, before requests are switched, by itself:",
                        "릴리스마다 한 번, 트래픽 전환 전에 자동 실행됩니다:",
                    )
                ),
                Items(
                    tuple(f"{plain(name)}: {code(argv)}" for name, argv in jobs)
                    or (say.say("nothing is declared (`migrate:`)", "선언 없음 (`migrate:`)"),)
                ),
            ),
        ),
        (
            say.say("Create the first user", "초기 사용자 생성"),
            (
                Text(
                    say.say(
                        "A one-off command in an instance of its own, audited; its password is "
                        "generated into the vault, never written into the command.",
                        "별도 인스턴스에서 한 번 실행하고 감사 기록을 남깁니다. 비밀번호는 비밀 "
                        "저장소에서 생성하며 명령에 적지 않습니다.",
                    )
                ),
                Code(f"shipway run {first_user} -e production -- COMMAND"),
            ),
        ),
        (
            say.say("Prove the backup", "백업 복원 검증"),
            (Code("shipway backup create production\nshipway backup drill production"),),
        ),
    )
    return Section(
        say.say("Phases", "배포 단계"),
        tuple(
            Section(f"Phase {number}: {title}", blocks)
            for number, (title, blocks) in enumerate(steps, start=1)
        ),
    )


def containers(facts: Facts, say: Speaker) -> Section:
    """Return how it is run while developing, and what is managed by itself in production."""
    main = facts.main
    stores = [one.name for one in (main.services if main else ()) if one.role == "stateful"]
    kept = facts.releases_kept
    return Section(
        say.say("Running it", "Docker Container 관리"),
        (
            Section(
                say.say("Local development", "로컬 개발"),
                (
                    Text(
                        say.say(
                            "Nothing changes: the Compose files stay as they are. The stores in "
                            "containers, the code beside them.",
                            "기존 방식을 유지합니다. Compose 파일은 그대로이며, 저장소만 컨테이너로 "
                            "실행하고 코드는 로컬에서 실행합니다.",
                        )
                    ),
                    Code(f"docker compose up -d {' '.join(stores)}".rstrip()),
                ),
            ),
            Section(
                say.say("In production", "프로덕션"),
                (
                    Items(
                        (
                            say.say(
                                "built on the server from the commit, with the build cache",
                                "커밋을 기준으로 서버에서 캐시를 사용해 빌드",
                            ),
                            say.say(
                                "started beside what serves, and switched to when healthy: no "
                                "request fails",
                                "기존 릴리스 옆에서 기동하고 정상 확인 후 전환 (무중단)",
                            ),
                            say.say(
                                "started again when it ends or is ill",
                                "종료되거나 비정상이면 자동 재시작",
                            ),
                            say.say(
                                f"{kept} earlier releases are kept; older images are removed",
                                f"이전 릴리스 {kept}개 보관, 오래된 이미지는 자동 정리",
                            ),
                        )
                    ),
                ),
            ),
        ),
    )


def process(facts: Facts, say: Speaker) -> Section:
    """Return how staging is deployed, production is promoted to, and how to go back."""
    staging, main = facts.environment("staging"), facts.main
    return Section(
        say.say("How it is deployed", "배포 프로세스"),
        (
            Section(
                say.say("Deploy to staging", "스테이징 배포"),
                (
                    Code(
                        "shipway deploy\nshipway check staging"
                        + (f"\n# {address(staging)}" if staging is not None else "")
                    ),
                ),
            ),
            Section(
                say.say("Promote to production", "프로덕션 승격"),
                (Code("shipway promote" + (f"\n# {address(main)}" if main is not None else "")),),
            ),
            Section(say.say("Roll back", "롤백"), (Code(rollback_commands(say)),)),
        ),
    )
