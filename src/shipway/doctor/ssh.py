"""Whether another machine is reached by ssh, with the right key, as the right user.

ssh is asked in batch mode: it never asks back, so what works here works for programs too.
The far side runs one short script and nothing of it stays.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shipway.doctor.model import Level, Line
from shipway.toolchain.ranges import shown, version_of

GROUP = "Over ssh"
CONNECT_S = 10
DEADLINE_S = 40.0
SAID_MAX = 2000

# prints one `name value` a line; each part may fail without the others
SCRIPT = """
echo "user $(id -un)"; echo "groups $(id -Gn)"; echo "home $HOME"
echo "system $(. /etc/os-release 2>/dev/null; echo "${PRETTY_NAME:-$(uname -s)}")"
test -w "$HOME" && echo "writes yes" || echo "writes no"
sudo -n true 2>/dev/null && echo "sudo yes" || echo "sudo no"
echo "git $(git --version 2>/dev/null)"; echo "shipway $(shipway --version 2>/dev/null)"
docker version --format 'docker {{.Server.Version}}' 2>/dev/null || echo "docker"
df -Pk "$HOME" 2>/dev/null | awk 'NR==2 {print "free_kb " $4}'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SshTarget:
    """Whom to reach.  host: a name, `user@name` or an alias of ~/.ssh/config."""

    host: str
    user: str = ""
    key: Path | None = None
    port: int | None = None
    options: tuple[str, ...] = ()

    @property
    def wanted_user(self) -> str:
        """Return the user that was asked for; empty where ssh's own settings decide."""
        return self.user or (self.host.rpartition("@")[0] if "@" in self.host else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class SshAnswer:
    """What came back.  code: ssh's, 255 where there was no connection; settings: `ssh -G`."""

    code: int
    said: Mapping[str, str]
    error: str = ""
    settings: Mapping[str, str] | None = None


def arguments(target: SshTarget, *words: str, asking: bool = False) -> list[str]:
    """Return ssh's command line; asking: only what its settings say (`-G`)."""
    argv = ["ssh", "-o", "BatchMode=yes", "-o", f"ConnectTimeout={CONNECT_S}"]
    argv += [part for option in target.options for part in ("-o", option)]
    if asking:
        argv.append("-G")
    if target.key is not None:
        argv += ["-i", str(target.key), "-o", "IdentitiesOnly=yes"]
    if target.port is not None:
        argv += ["-p", str(target.port)]
    if target.user:
        argv += ["-l", target.user]
    return [*argv, "--", target.host.rpartition("@")[2] if target.user else target.host, *words]


def ask(target: SshTarget) -> SshAnswer:
    """Connect once and return what the far side says of itself."""
    settings = _pairs(_run(arguments(target, asking=True))[1])
    code, out, error = _run(arguments(target, "sh", "-s"), SCRIPT)
    return SshAnswer(
        code=code, said=_pairs(out), error=error.strip()[-SAID_MAX:], settings=settings
    )


def _run(argv: Sequence[str], text: str = "") -> tuple[int, str, str]:
    try:
        done = subprocess.run(
            argv, check=False, input=text, capture_output=True, text=True, errors="replace",
            timeout=DEADLINE_S,
        )  # fmt: skip
    except FileNotFoundError:
        return 127, "", "there is no ssh on this machine"
    except subprocess.TimeoutExpired:
        return 255, "", f"no answer within {DEADLINE_S:g} s"
    return done.returncode, done.stdout[-20_000:], done.stderr


def _pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = line.partition(" ")
        found.setdefault(name, value.strip())
    return found


def lines(target: SshTarget, answer: SshAnswer, key_mode: int | None) -> Iterator[Line]:
    """Yield what the answer means.  key_mode: of the key that was named, None without one."""
    if target.key is not None:
        yield _key(target.key, key_mode)
    where = _where(target, answer)
    if answer.code == 127 and not answer.said:
        yield _line("ssh", Level.BAD, answer.error, "apt-get install openssh-client")
        return
    if "user" not in answer.said:
        yield _line(
            "connection", Level.BAD, f"{where}: {_last(answer.error)}", _why(target, answer)
        )
        return
    yield _line("connection", Level.GOOD, f"{where}, {answer.said.get('system', '')}".rstrip(", "))
    yield from _far(target, answer.said)


def _key(key: Path, mode: int | None) -> Line:
    if mode is None:
        return _line("key", Level.BAD, f"{key} is not there", "ssh-keygen -t ed25519")
    if mode & 0o077:
        figure = f"{key} has mode {mode:04o}: ssh does not take a key that others may read"
        return _line("key", Level.BAD, figure, f"chmod 600 {key}")
    return _line("key", Level.GOOD, f"{key}, mode {mode:04o}")


def _where(target: SshTarget, answer: SshAnswer) -> str:
    settings = answer.settings or {}
    name = settings.get("hostname") or target.host
    user = settings.get("user") or target.wanted_user
    port = settings.get("port", "")
    return f"{user}@{name}" + (f":{port}" if port not in {"", "22"} else "")


def _again(target: SshTarget, answer: SshAnswer) -> str:
    """Return whom to reach, as ssh's own commands take it."""
    who, _, port = _where(target, answer).partition(":")
    return f"-p {port} {who}" if port else who


def _last(error: str) -> str:
    lines = [line for line in error.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no answer"


def _why(target: SshTarget, answer: SshAnswer) -> str:
    said = answer.error
    host = target.host.rpartition("@")[2]
    if "Host key verification failed" in said or "host key is known" in said:
        return f"ssh {target.host}, once by hand: compare the fingerprint with the provider's page"
    if "IDENTIFICATION HAS CHANGED" in said:
        return f"the server's key is another than before: ssh-keygen -R {host}, if that is meant"
    if "Permission denied" in said or "Too many authentication" in said:
        key = target.key or "~/.ssh/id_ed25519"
        return f"ssh-copy-id -i {key}.pub {_again(target, answer)}, or another user or key"
    if "Could not resolve" in said:
        return "a host name, an address, or an alias of ~/.ssh/config"
    if "refused" in said:
        return "no ssh listens on that port: another --ssh-port, or sshd is down"
    return "the address, the server's firewall, the provider's own"


def _far(target: SshTarget, said: Mapping[str, str]) -> Iterator[Line]:
    user, wanted = said["user"], target.wanted_user
    if wanted and user != wanted:
        yield _line("user", Level.BAD, f"{user}, not {wanted}", f"--ssh-user {wanted}, or its key")
    else:
        yield _line("user", Level.GOOD, f"{user}, in {said.get('groups', '')}")
    groups = said.get("groups", "").split()
    may = user == "root" or said.get("sudo") == "yes"
    yield _line(
        "rights",
        Level.GOOD if may or "shipway" in groups else Level.NOTE,
        "root" if user == "root" else "sudo without a password" if may
        else "in the group shipway" if "shipway" in groups else "no sudo without a password",
        "" if may or "shipway" in groups
        else f"sudo shipway install --operator {user}, on the server, once",
    )  # fmt: skip
    if said.get("writes") == "no":
        yield _line("home", Level.NOTE, f"{said.get('home', '')} may not be written to")
    yield from _programs(said)
    if said.get("free_kb", "").isdigit():
        free = int(said["free_kb"]) * 1024
        short = free < 20e9
        hint = "shipway keeps 20 GB free" if short else ""
        yield _line("disk", Level.NOTE if short else Level.GOOD, f"{free / 1e9:.1f} GB free", hint)


def _programs(said: Mapping[str, str]) -> Iterator[Line]:
    hints = {
        "git": "apt-get install git",
        "shipway": "docs/install.md, for a server",
        "docker": "apt-get install docker.io; not needed with `engine: process`",
    }
    for name, hint in hints.items():
        version = version_of(said.get(name, ""))
        if version is None:
            yield _line(name, Level.NOTE, "not there, or it does not answer this user", hint)
        else:
            yield _line(name, Level.GOOD, shown(version))


def _line(name: str, level: Level, figure: str, hint: str = "") -> Line:
    return Line(group=GROUP, name=name, level=level, figure=figure, hint=hint)


def key_mode(key: Path | None) -> int | None:
    """Return the mode bits of a key file, None where there is none."""
    try:
        return None if key is None else os.stat(key).st_mode & 0o7777  # noqa: PTH116 - follows links as ssh does
    except OSError:
        return None
