"""R063: private keys that instances find are theirs alone."""

from __future__ import annotations

from shipway.checks.live.kit import ERROR, Live, Seen, Words, live, nothing
from shipway.model.words import plural
from shipway.model.workload import MountedFile

PRIVATE = b"PRIVATE KEY-----"


@live(
    "live.key-files",
    ERROR,
    serves=("R063",),
    title=Words("Private keys are readable by their owner alone", "개인 키 파일 권한이 600입니다"),
    fix=Words('mode: "0400" or "0600" in `files:`', '`files:`에서 mode를 "0400"이나 "0600"으로'),
)
def look(seen: Live) -> Seen:
    """Ask each instance for the mode of the keys mounted in it, and whether it can read them."""
    wanted = [
        (service.name, file) for service in seen.own for file in service.files if is_key(file)
    ]
    if not wanted:
        raise nothing("no private key is mounted", "마운트한 개인 키가 없습니다")
    wrong = []
    looked = 0
    for service, file in wanted:
        for instance in seen.instances(service)[:1]:
            done = seen.inside(
                instance, "sh", "-c", 'stat -L -c %a "$1" && test -r "$1"', "sh", file.target
            )
            mode = done.text.split()[0] if done.text.split() else ""
            looked += 1
            if not mode.isdigit():
                wrong.append(
                    Words(
                        f"{service}: {file.target} is not there",
                        f"{service}: {file.target} 파일이 없습니다",
                    )
                )
            elif int(mode, 8) & 0o077:
                wrong.append(
                    Words(
                        f"{service}: {file.target} has mode {mode}",
                        f"{service}: {file.target} 권한 {mode}",
                    )
                )
            elif done.code != 0:
                wrong.append(
                    Words(
                        f"{service}: {file.target} cannot be read by the instance's own user",
                        f"{service}: {file.target} 파일을 실행 사용자가 읽지 못합니다",
                    )
                )
    if not looked:
        raise nothing("no instance with a key runs", "키를 쓰는 인스턴스가 없습니다")
    return Seen(
        says=Words(f"{plural(looked, 'key')} looked at", f"개인 키 {looked}개 확인"),
        wrong=tuple(wrong),
        figures={"keys": looked},
    )


def is_key(file: MountedFile) -> bool:
    """Return whether a file's content is a private key."""
    return PRIVATE in file.content
