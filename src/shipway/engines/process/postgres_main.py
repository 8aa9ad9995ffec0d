"""Starts PostgreSQL as its official image does: initialise once, then become the server.

Run by an instance's shim in place of the image's entrypoint, standard library only.  Until
everything is initialised the data directory has another name, so that a crash in between
leaves nothing that looks like a database.  What it needs comes in SHIPWAY_PG_* variables
(see `stateful.py`); what the image's users set, in POSTGRES_*.
"""

import ctypes
import gzip
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
START_S = 120

ENV = os.environ
BIN = Path(ENV["SHIPWAY_PG_BIN"])
DATA = Path(ENV["SHIPWAY_PG_DATA"])
SOCKET = ENV["SHIPWAY_PG_SOCKET"]
SCRIPTS = Path(ENV["SHIPWAY_PG_SCRIPTS"])
FRESH = DATA.with_name(f"{DATA.name}.init")


def setting(name: str, default: str = "") -> str:
    """Return a variable, or the content of the file that NAME_FILE points at."""
    path = ENV.get(f"{name}_FILE")
    if path:
        return Path(path).read_text().rstrip("\n")
    return ENV.get(name) or default


def fail(text: str) -> None:
    """End with a message."""
    print(f"shipway: {text}", file=sys.stderr, flush=True)
    sys.exit(1)


def drop_privileges() -> None:
    """Become the user whom the data belongs to; die with the shim as before."""
    if "SHIPWAY_PG_UID" in ENV and os.geteuid() == 0:
        uid, gid = int(ENV["SHIPWAY_PG_UID"]), int(ENV["SHIPWAY_PG_GID"])
        os.setgroups([gid])
        os.setgid(gid)
        os.setuid(uid)
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def run(argv: Sequence[str], **options: object) -> None:
    """Run one of PostgreSQL's programs; a failure ends everything."""
    done = subprocess.run(argv, check=False, **options)  # type: ignore[call-overload]
    if done.returncode:
        fail(f"{Path(argv[0]).name} ended with exit code {done.returncode}")


def initialise(user: str, password: str, database: str) -> None:
    """Make the cluster, its database and what the init scripts add, then give it its name."""
    shutil.rmtree(FRESH, ignore_errors=True)
    method = ENV.get("POSTGRES_HOST_AUTH_METHOD") or "scram-sha-256"
    if not password and method != "trust":
        fail("POSTGRES_PASSWORD is not set: a database without a password is not started")
    argv = [str(BIN / "initdb"), "-D", str(FRESH), "--username", user, "--encoding=UTF8"]
    argv += ["--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync"]
    reader, writer = os.pipe()
    os.write(writer, f"{password or 'unused'}\n".encode())
    os.close(writer)
    argv += ["--pwfile", f"/dev/fd/{reader}", *shlex.split(ENV.get("POSTGRES_INITDB_ARGS", ""))]
    run(argv, pass_fds=[reader])
    with (FRESH / "pg_hba.conf").open("a") as file:
        file.write(f"\n# instances of this machine, each on its own loopback address\n")  # noqa: F541
        file.write(f"host all all 127.0.0.0/8 {method}\n")
        file.write(f"host replication all 127.0.0.0/8 {method}\n")
    if scripts := sorted(SCRIPTS.glob("*")) if SCRIPTS.is_dir() else []:
        with_server(user, database, scripts)
    elif database != "postgres":
        create = create_database(database).encode()
        single = [str(BIN / "postgres"), "--single", "-F", "-D", str(FRESH), "postgres"]
        run(single, input=create, stdout=subprocess.DEVNULL)
    run([str(BIN / "initdb"), "--sync-only", "-D", str(FRESH)], stdout=subprocess.DEVNULL)
    FRESH.rename(DATA)
    descriptor = os.open(DATA.parent, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def create_database(name: str) -> str:
    """Return the statement that makes a database."""
    quoted = name.replace('"', '""')
    return f'CREATE DATABASE "{quoted}";\n'


def with_server(user: str, database: str, scripts: list[Path]) -> None:
    """Run the init scripts against a server that nobody else can reach."""
    options = f"-c listen_addresses='' -c unix_socket_directories={shlex.quote(SOCKET)} -F"
    control = [str(BIN / "pg_ctl"), "-D", str(FRESH), "-w", "-t", str(START_S)]
    run([*control, "-o", options, "start"])
    psql = [str(BIN / "psql"), "-v", "ON_ERROR_STOP=1", "--no-psqlrc", "--no-password"]
    psql += ["-h", SOCKET, "-U", user, "-q"]
    if database != "postgres":
        run([*psql, "-d", "postgres"], input=create_database(database).encode())
    for script in scripts:
        print(f"shipway: running {script.name}", flush=True)
        if script.suffix == ".sh":
            run([str(script)] if os.access(script, os.X_OK) else ["/bin/bash", str(script)])
        elif script.suffix == ".sql":
            run([*psql, "-d", database], input=script.read_bytes())
        elif script.name.endswith(".sql.gz"):
            run([*psql, "-d", database], input=gzip.decompress(script.read_bytes()))
        else:
            print(f"shipway: ignoring {script.name}", flush=True)
    run([*control, "-m", "fast", "stop"])


def forget_dead_server() -> None:
    """Remove the lock file of a killed server whose pid another program has by now."""
    path = DATA / "postmaster.pid"
    try:
        pid = int(path.read_text().split("\n", 1)[0])
        if Path(f"/proc/{pid}/comm").read_text().strip() not in ("postgres", "postmaster"):
            path.unlink()
    except (OSError, ValueError):
        return


def main() -> None:
    """Initialise where there is nothing yet, then become the server."""
    user = setting("POSTGRES_USER", "postgres")
    password, database = setting("POSTGRES_PASSWORD"), setting("POSTGRES_DB", user)
    drop_privileges()
    ENV["PGUSER"], ENV["PGDATABASE"] = user, database
    if not (DATA / "PG_VERSION").exists():
        initialise(user, password, database)
    forget_dead_server()
    own = {
        "listen_addresses": ENV["SHIPWAY_PG_ADDRESS"],
        "port": "5432",
        "unix_socket_directories": SOCKET,
        "logging_collector": "off",
    }
    argv = ["postgres", "-D", str(DATA), *sys.argv[1:]]
    for name, value in own.items():
        argv += ["-c", f"{name}={value}"]
    kept = {key: value for key, value in ENV.items() if not key.startswith("POSTGRES_PASSWORD")}
    os.execve(BIN / "postgres", argv, kept)  # noqa: S606 - becomes the server


main()
