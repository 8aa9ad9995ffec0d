"""Dockerfiles and build contexts, read for a machine without containers."""

from __future__ import annotations

import json
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shipway.engines.process import ProcessEngine
from shipway.engines.process.artifacts import Record
from shipway.engines.process.context import Context, ignore_rules, ignored
from shipway.engines.process.dockerfile import Copy, Run, interpret
from shipway.engines.process.python_env import uv_environment
from shipway.engines.process.recognise import (
    MakeExecutable,
    MakeVenv,
    NodeInstall,
    PipInstall,
    Script,
    Skipped,
    UvSync,
    recognise,
)
from shipway.errors import Problem
from shipway.model.workload import Artifact
from shipway.ports import BuildRequest
from tests.engines.conformance.support import ask, only, scope, tiny_workload, write_source
from tests.engines.process.support import ProcessUnderTest, own_engine


@pytest.fixture(scope="module")
def engine() -> Iterator[ProcessEngine]:
    with own_engine() as made:
        yield made


def build(
    engine: ProcessEngine, source: Path, lines: list[str] | None = None, **section: object
) -> Artifact:
    request = BuildRequest(
        project="builds",
        service="api",
        commit="3" * 40,
        source=source,
        definition={"build": {"context": ".", "dockerfile": "Dockerfile", **section}},
    )
    return engine.build(request, output=print if lines is None else lines.append)


def record(engine: ProcessEngine, artifact: Artifact) -> Record:
    found = engine._artifacts.record(artifact.reference)
    assert found is not None
    return found


# Reading


def test_a_dockerfile_of_several_stages_is_followed_to_its_target() -> None:
    text = """\
ARG VERSION=3.11
FROM python:${VERSION}-slim AS base
ENV A=1 B="two words" \\
    C=${A:-x}
WORKDIR /srv
FROM base AS build
ARG EXTRA
RUN --mount=type=cache,target=/root/.cache \\
    pip install ${EXTRA} -r requirements.txt
FROM base
COPY --from=build /srv /srv/
COPY --chown=app:app . .
RUN <<EOF
npm run build
npm prune
EOF
HEALTHCHECK --interval=5s CMD curl -f http://localhost/ || exit 1
ENTRYPOINT ["./entry.sh"]
CMD serve --port $PORT
FROM scratch AS unused
COPY nothing /
"""
    recipe = interpret(text, arguments={"VERSION": "3.12", "EXTRA": "gunicorn"}, target="2")
    image = recipe.image
    assert image.base == "python:3.12-slim"
    assert image.environment["B"] == "two words"
    assert image.environment["C"] == "x"
    assert image.workdir == "/srv"
    assert image.entrypoint == ("./entry.sh",)
    assert image.command == ("/bin/sh", "-c", "serve --port $PORT")
    assert image.healthcheck == {
        "test": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"],
        "interval": "5s",
    }
    runs = [step for step in recipe.steps if isinstance(step, Run)]
    assert runs[0].environment["EXTRA"] == "gunicorn"
    assert runs[1].script == "npm run build ; npm prune"
    copies = [step for step in recipe.steps if isinstance(step, Copy)]
    assert [(step.origin, step.sources, step.target) for step in copies] == [
        (1, ("/srv",), "/srv"),
        (None, (".",), "/srv"),
    ]


def test_a_target_that_is_not_there_is_a_problem() -> None:
    with pytest.raises(Problem, match="no stage called 'prod'"):
        interpret("FROM python:3.11", arguments={}, target="prod")


@pytest.mark.parametrize(
    ("command", "action"),
    [
        (
            "pip install --no-cache-dir -r requirements.txt gunicorn==23 --index-url https://x",
            PipInstall(requirements=("requirements.txt",), packages=("gunicorn==23",)),
        ),
        ("python -m pip install --upgrade pip", PipInstall()),
        ("uv pip install --system .", PipInstall(projects=(".",))),
        ("uv sync --frozen --no-install-project --extra web", UvSync(whole=False, options=("--extra", "web"))),
        ("npm ci --omit=dev", NodeInstall(options=("--omit=dev",))),
        ("npm install -g pnpm", Skipped(argv=("npm", "install", "-g", "pnpm"))),
        ("npm run build", Script(argv=("npm", "run", "build"))),
        ("python manage.py collectstatic", Script(argv=("python", "manage.py", "collectstatic"))),
        ("python -m venv /opt/venv", MakeVenv(path="/opt/venv")),
        ("chmod +x entry.sh", MakeExecutable(paths=("entry.sh",))),
        ("apt-get install -y gcc", Skipped(argv=("apt-get", "install", "-y", "gcc"))),
        ("rm -rf /var/lib/apt", Skipped(argv=("rm", "-rf", "/var/lib/apt"), quietly=True)),
    ],
)  # fmt: skip
def test_a_command_of_a_run_is_recognised(command: str, action: object) -> None:
    assert recognise(command.split()) == action


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("node_modules", True),
        ("node_modules/x/y.js", True),
        ("web/node_modules/x", True),
        ("a.log", True),
        ("deep/a.log", False),
        (".env", True),
        (".env.example", False),
        ("docs/a.md", True),
        ("docs/keep.md", False),
    ],
)
def test_a_dockerignore_leaves_out_what_docker_leaves_out(path: str, left_out: bool) -> None:  # noqa: FBT001
    rules = ignore_rules(
        "# comment\n**/node_modules\n*.log\n.env*\n!.env.example\ndocs/*\n!docs/keep.md\n"
    )
    assert ignored(path, rules) is left_out


def test_a_contexts_hash_changes_with_contents_names_and_modes_only(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = Context.read(tmp_path, "Dockerfile").digest()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("x")
    (tmp_path / "a").touch()
    assert Context.read(tmp_path, "Dockerfile").digest() == before
    (tmp_path / "a").chmod(0o755)
    changed = Context.read(tmp_path, "Dockerfile").digest()
    assert changed != before
    (tmp_path / "b").symlink_to("a")
    assert Context.read(tmp_path, "Dockerfile").digest() != changed


def test_the_machines_pip_settings_hold_for_uv_and_the_users_own_win() -> None:
    pip = {"index-url": "https://mirror/simple", "extra-index-url": "https://a\nhttps://b"}
    found = uv_environment({"UV_DEFAULT_INDEX": "https://own"}, pip)
    assert found["UV_DEFAULT_INDEX"] == "https://own"
    assert found["UV_EXTRA_INDEX_URL"] == "https://a https://b"


# Doing


def wheel(folder: Path, name: str, version: str) -> None:
    """Write a wheel that prints its version, so that no index is needed."""
    folder.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as made:
        made.writestr(f"{name}.py", f"VERSION = {version!r}\ndef main():\n    print(VERSION)\n")
        made.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        made.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        made.writestr(f"{info}/entry_points.txt", f"[console_scripts]\n{name} = {name}:main\n")
        made.writestr(f"{info}/RECORD", "")


PYTHON = """\
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt wheels* ./wheels/
COPY requirements.txt ./
RUN apt-get update && apt-get install -y gcc && pip install --no-cache-dir -r requirements.txt
FROM python:3.11-slim
ENV GREETING=hello PATH="/opt/venv/bin:$PATH"
WORKDIR /app
COPY --from=build /app/wheels ./wheels
COPY . .
RUN mkdir -p /app/uploads && python -c "open('made', 'w').write('x')"
CMD python tiny.py serve --host 0.0.0.0 --port ${PORT:-8000}
"""


def python_source(folder: Path, version: str = "1.0", note: str = "") -> Path:
    source = write_source(
        folder,
        Dockerfile=PYTHON,
        **{"requirements.txt": "--no-index\n--find-links wheels\nshipdep\n", "note": note},
    )
    wheel(source / "wheels", "shipdep", version)
    return source


def test_a_python_service_gets_its_dependencies_once_for_all_releases(
    engine: ProcessEngine, tmp_path: Path
) -> None:
    lines: list[str] = []
    source = python_source(tmp_path / "one")
    first = build(engine, source, lines)
    known = record(engine, first)
    assert known.dependencies is not None
    assert (engine.layout.dependencies(known.dependencies) / "bin/shipdep").exists()
    assert any("apt-get install" in note for note in known.notes)
    assert (engine._artifacts.tree(first.reference) / "app/made").exists()
    second = build(engine, python_source(tmp_path / "two", note="changed"), [])
    assert second.reference != first.reference
    assert record(engine, second).dependencies == known.dependencies
    begin = time.perf_counter()
    assert build(engine, source, lines).reference == first.reference
    assert time.perf_counter() - begin < 1
    assert "is used again" in lines[-1]
    work = tiny_workload(scope("builds"), first, environment={"DIR": "/app/uploads"})
    instance = only(engine.start(work))
    under_test = ProcessUnderTest(engine)
    assert ask(under_test, instance, "/env", name="GREETING") == "hello"
    folder = ask(under_test, instance, "/env", name="DIR")
    assert Path(folder).is_dir()
    assert folder.endswith("/builds.staging.r1/api-1/root/app/uploads")
    told = engine.review(work)
    assert [note for note in told if "apt-get" in note]
    assert engine.prune("builds", [second], output=print) == 0
    assert engine.exists(first), "an instance stands on it"
    engine.remove(work.scope)
    engine.prune("builds", [second], output=print)
    assert not engine.exists(first)
    assert engine.exists(second)


def test_an_instance_writes_into_its_own_copy_and_volumes_below_it_are_linked(
    engine: ProcessEngine, tmp_path: Path
) -> None:
    source = write_source(tmp_path / "source", note="from the build")
    (source / "uploads").mkdir()
    (source / "uploads" / "first").write_text("seed")
    artifact = build(engine, source, [])
    mount = {"type": "volume", "source": "up", "target": "/app/uploads"}
    under_test = ProcessUnderTest(engine)
    where = scope("copies")
    work = tiny_workload(where, artifact, replicas=2, definition={"volumes": [mount]})
    one, two = engine.start(work)
    ask(under_test, one, "/write", path="note", text="mine")
    ask(under_test, one, "/write", path="uploads/second", text="shared")
    assert ask(under_test, two, "/read", path="note") == "from the build"
    assert ask(under_test, two, "/read", path="uploads/first") == "seed"
    assert ask(under_test, two, "/read", path="uploads/second") == "shared"
    assert (engine._artifacts.tree(artifact.reference) / "app/note").read_text() == "from the build"
    assert engine.review(work) == ()


def test_entrypoint_and_command_follow_composes_rules(
    engine: ProcessEngine, tmp_path: Path
) -> None:
    source = write_source(
        tmp_path / "entry",
        **{
            "entry.sh": '#!/bin/sh\necho "entry $*"\nexec "$@"\n',
            "Dockerfile": "FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\n"
            "COPY entry.sh /usr/local/bin/\nRUN chmod +x /usr/local/bin/entry.sh\n"
            'ENTRYPOINT ["entry.sh"]\nCMD ["python", "tiny.py", "job"]\n',
        },
    )
    artifact = build(engine, source, [])

    def output(**fields: Any) -> list[str]:
        lines: list[str] = []
        definition = {"command": fields.pop("command", None)}
        if "entrypoint" in fields:
            definition["entrypoint"] = fields.pop("entrypoint")
        work = tiny_workload(scope("entry"), artifact, definition=definition, **fields)
        engine.run(work, deadline_s=20, output=lines.append)
        return sorted(lines)

    assert output() == ["done", "entry python tiny.py job"]
    assert output(command=["echo", "x"]) == ["entry echo x", "x"]
    assert output(argv=("echo", "y")) == ["entry echo y", "y"]
    assert output(entrypoint=["echo", "z"]) == ["z"]
    with pytest.raises(Problem) as caught:
        output(entrypoint=[])
    assert caught.value.kind == "engine-cannot-run"


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not on this machine")
def test_a_node_service_is_installed_from_its_lock_and_built(
    engine: ProcessEngine, tmp_path: Path
) -> None:
    source = tmp_path / "web"
    (source / "dep").mkdir(parents=True)
    (source / "dep/package.json").write_text('{"name": "dep", "version": "1.0.0"}')
    (source / "dep/index.js").write_text("module.exports = 'from the dependency';\n")
    scripts = {"build": "node -e \"require('fs').writeFileSync('built', require('dep'))\""}
    package = {"name": "web", "version": "1.0.0", "scripts": {**scripts, "prepare": "true"}}
    (source / "package.json").write_text(
        json.dumps({**package, "dependencies": {"dep": "file:dep"}})
    )
    packages = {
        "": {"name": "web", "version": "1.0.0", "dependencies": {"dep": "file:dep"}},
        "dep": {"version": "1.0.0"},
        "node_modules/dep": {"resolved": "dep", "link": True},
    }
    lock = {"name": "web", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    (source / "package-lock.json").write_text(json.dumps(lock))
    (source / "Dockerfile").write_text(
        "FROM node:20-alpine AS build\nWORKDIR /app\nCOPY package*.json ./\nCOPY dep dep\n"
        "RUN npm ci\nCOPY . .\nRUN npm run build\n"
        "FROM node:20-alpine\nWORKDIR /srv\nCOPY --from=build /app/built ./\n"
        "CMD node -p \"require('fs').readFileSync('built', 'utf8') + process.env.HOSTNAME\"\n"
    )
    artifact = build(engine, source)
    lines: list[str] = []
    work = tiny_workload(scope("web"), artifact)
    assert engine.run(work, deadline_s=20, output=lines.append) == 0
    assert lines[0].startswith("from the dependency127.")


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
@pytest.mark.parametrize(
    "listen", ["8000", "8000, () => {}", "{port: 8000}", "'8000', '0.0.0.0'", "8000, '::'"]
)
def test_a_node_server_that_names_no_host_listens_on_its_own_address(
    engine: ProcessEngine, tmp_path: Path, listen: str
) -> None:
    source = tmp_path / "node"
    source.mkdir()
    (source / "Dockerfile").write_text(
        'FROM node:20-alpine\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n'
    )
    (source / "server.js").write_text(
        f"require('http').createServer((_, r) => r.end('node')).listen({listen});\n"
    )
    under_test = ProcessUnderTest(engine)
    where = scope("nodes")
    work = tiny_workload(where, build(engine, source, []), replicas=2)
    assert [ask(under_test, instance) for instance in engine.start(work)] == ["node", "node"]
    engine.remove(where)
