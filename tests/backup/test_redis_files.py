"""Redis however it keeps its data: saved, and read again when it starts (R125)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shipway.backup.ground import Taking
from shipway.backup.redis import FILE, fetch, files_of, lay_out
from shipway.errors import Problem
from tests.backup.test_runs import HERE
from tests.support.running import eventually

WAYS = {
    "the log alone": 'appendonly yes\nsave ""\nappenddirname kept\nappendfilename app.aof\n',
    "snapshots alone": "appendonly no\ndbfilename other.rdb\n",
    "both": "appendonly yes\nsave 60 1\n",
    "nothing": 'appendonly no\nsave ""\n',
    "a password": "requirepass secret\n",
    "a user": "user default off\nuser saver on >secret ~* +@all\n",
}
KEYS = 50


@contextmanager
def redis(folder: Path, configuration: str) -> Iterator[list[str]]:
    """Yield redis-cli's command for a server that keeps its data in `folder`."""
    with TemporaryDirectory(prefix="shipway-r-") as short:
        socket = Path(short) / "s"
        (folder / "redis.conf").write_text(configuration)
        argv = ["redis-server", str(folder / "redis.conf"), "--port", "0"]
        argv += ["--unixsocket", str(socket), "--dir", str(folder)]
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as child:
            try:
                eventually("it listens", socket.exists, 20)
                yield ["redis-cli", "-s", str(socket)]
            finally:
                child.terminate()
                child.wait(10)


def asked(client: list[str], *words: str, user: str | None = None) -> str:
    login = ["--no-auth-warning", "-a", "secret", *(["--user", user] if user else [])]
    done = subprocess.run(
        [*client, *login, *words], capture_output=True, text=True, timeout=20, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("way", WAYS)
def test_a_redis_comes_back_however_it_keeps_its_data(tmp_path: Path, way: str) -> None:
    """Its configuration stands in a file: only the server itself knows it."""
    live, back, tools = (tmp_path / name for name in ("live", "back", "tools"))
    for folder in (live, back, tools):
        folder.mkdir()
    user = "saver" if way == "a user" else None
    word = "secret" if way in {"a password", "a user"} else ""
    login = {"REDIS_PASSWORD": word, "REDIS_USERNAME": user or ""}
    service = SimpleNamespace(name="cache", definition={}, environment=login)
    with redis(live, WAYS[way]) as client:
        (tools / "redis-cli").write_text(f'#!/bin/sh\nexec /usr/bin/{" ".join(client)} "$@"\n')
        (tools / "redis-cli").chmod(0o755)
        pairs = [word for number in range(KEYS) for word in (f"key:{number}", "kept")]
        asked(client, "MSET", *pairs, user=user)
        taking, ground = at(tools)
        assert fetch(taking, cast("Any", service), back / FILE) == KEYS
        lay_out(back / FILE, files_of(ground, HERE, cast("Any", service)))
        if word:
            stranger = SimpleNamespace(name="cache", definition={}, environment={})
            with pytest.raises(Problem) as caught:
                fetch(taking, cast("Any", stranger), tmp_path / "none")
            assert caught.value.kind == "redis-refused"
    with redis(back, WAYS[way]) as client:
        eventually("all is back", lambda: asked(client, "DBSIZE", user=user) == str(KEYS), 20)


ONLY_HERE = '#!/bin/sh\ncase $1 in ./*) exec /usr/bin/mktemp "$@" ;; esac\nexit 1\n'
NOWHERE = "#!/bin/sh\nexit 1\n"


def test_a_read_only_container_is_looked_at_too_and_what_cannot_be_is_not_called_broken(
    tmp_path: Path,
) -> None:
    """R125: the checker wants a file; without /tmp it lies beside the data, and then goes."""
    live, tools = tmp_path / "live", tmp_path / "tools"
    live.mkdir()
    tools.mkdir()
    service = cast("Any", SimpleNamespace(name="cache", definition={}, environment={}))
    with redis(live, WAYS["both"]) as client:
        (tools / "redis-cli").write_text(f'#!/bin/sh\nexec /usr/bin/{" ".join(client)} "$@"\n')
        (tools / "mktemp").write_text(ONLY_HERE)
        for program in tools.iterdir():
            program.chmod(0o755)
        taking, _ = at(tools)
        before = sorted(tools.iterdir())
        assert fetch(taking, service, tmp_path / FILE) == 0
        assert sorted(tools.iterdir()) == before
        (tools / "mktemp").write_text(NOWHERE)
        with pytest.raises(Problem, match="could not be checked") as caught:
            fetch(taking, service, tmp_path / FILE)
    assert caught.value.kind == "backup-unchecked"


def at(tools: Path) -> tuple[Taking, Any]:
    """Return what a backup has at hand; it looks around in `tools`, redis-cli is the one there."""
    begun = ["env", f"--chdir={tools}", f"PATH={tools}:/usr/bin:/bin"]
    console = SimpleNamespace(exec_argv=lambda _instance, argv, **_more: [*begun, *argv])
    ground = cast(
        "Any",
        SimpleNamespace(
            kit=lambda _environment: SimpleNamespace(console=console),
            instance=lambda _environment, _service: None,
        ),
    )
    nothing = cast("Any", None)
    taking = Taking(
        ground=ground,
        environment=HERE,
        app=nothing,
        repository=nothing,
        output=lambda _line: None,
        cancelled=lambda: False,
    )
    return taking, ground
