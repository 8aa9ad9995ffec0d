"""Hypothesis strategies: Compose projects that mostly load, with every section and form."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]

SERVICES = ("api", "db", "web-1", "x-job", "cache")
WORDS = st.sampled_from(("a", "b-c", "d_e", "f.g", "long words", "ü", "1", "on", "x=y", "a:b"))
VARIABLES = st.sampled_from(
    ("$A", "${A}", "${A:-d}", "${B-e f}", "${C:+g}", "$$A", "${A:-${B:-c}}", "p${A}q", "$HOME")
)
TEXT = st.one_of(WORDS, WORDS, VARIABLES)
SCALARS = st.one_of(
    TEXT,
    st.integers(-5, 100000),
    st.sampled_from((True, False, None, "", 1.5, 1e6, 0.1, "yes", "0x10", "1.10", "22:22")),
)
PATHS = st.sampled_from(("./a", "../b", ".", "/c/d", "~/e", "f/g/../h", "${A:-./i}"))
PORT = st.integers(1, 65000)
SIZES = st.sampled_from(("64m", "1.5g", "1024", "2 GB", "512kib", 4096, "${A:-1g}"))
DURATIONS = st.sampled_from(("1m30s", "0.5s", "90s", "100ms", "1h", "36h", "0s", "1us"))
FLAGS = st.sampled_from((True, False, "true", "no", "${A:-yes}"))
COMMANDS = st.one_of(
    st.none(),
    st.sampled_from(("", "run --x 'a b'", 'sh -c "a && b"', "a; b", "echo $$HOME", "a\\ b")),
    st.lists(TEXT, max_size=3),
)


def pairs(values: Strategy = SCALARS, keys: Strategy = WORDS) -> Strategy:
    """Give KEY=VALUE pairs as a mapping or as a list."""
    listed = st.builds(lambda k, v: k if v is None else f"{k}={v}", keys, values)
    return st.one_of(
        st.dictionaries(keys, values, max_size=4), st.lists(listed, max_size=4, unique=True)
    )


def some(**keys: Strategy) -> Strategy:
    """Give a mapping with some of the keys."""
    return st.fixed_dictionaries({}, optional=keys)


def often_one(many: Strategy) -> Strategy:
    """Give an item or a list of them."""
    return st.one_of(many, st.lists(many, max_size=3, unique_by=repr))


PORTS = st.lists(
    st.one_of(
        PORT,
        st.builds(str, PORT),
        st.builds("{}:{}".format, PORT, PORT),
        st.builds("127.0.0.1:{}:{}/udp".format, PORT, PORT),
        st.builds(lambda p: f"{p}-{p + 2}:{p}-{p + 2}", PORT),
        st.builds(lambda p: f"{p}-{p + 9}:80", PORT),
        st.builds(
            lambda p, more: {"target": p, **more},
            PORT,
            some(
                published=st.one_of(PORT, st.builds(str, PORT)),
                protocol=st.sampled_from(("tcp", "udp")),
                mode=st.sampled_from(("host", "ingress")),
                host_ip=st.sampled_from(("127.0.0.1", "::1")),
                name=WORDS,
            ),
        ),
    ),
    max_size=4,
    unique_by=repr,
)
VOLUMES = st.lists(
    st.one_of(
        st.builds("{}:/t{}".format, PATHS, st.integers(0, 3)),
        st.builds("{}:/t/{}:ro,z".format, PATHS, st.integers(0, 3)),
        st.sampled_from(("/only", "data:/v", "data:/v/:nocopy", "logs:/w:rw")),
        st.builds(
            lambda source, more: {"type": "bind", "source": source, "target": "/q", **more},
            PATHS,
            some(read_only=FLAGS, bind=some(propagation=st.just("rshared"), selinux=st.just("Z"))),
        ),
        st.builds(
            lambda more: {"type": "volume", "source": "data", "target": "/z/../y", **more},
            some(volume=some(nocopy=FLAGS, subpath=WORDS), consistency=WORDS),
        ),
        st.builds(
            lambda more: {"type": "tmpfs", "target": "/m", **more},
            some(tmpfs=some(size=SIZES, mode=st.integers(0, 511))),
        ),
    ),
    max_size=4,
    unique_by=repr,
)
MOUNTS = st.lists(
    st.one_of(
        st.just("s"),
        st.builds(
            lambda more: {"source": "s", **more},
            some(target=WORDS, uid=st.just("1"), mode=st.sampled_from((0o440, "0440"))),
        ),
    ),
    max_size=2,
    unique_by=repr,
)
DEVICE_REQUESTS = st.lists(
    st.builds(
        lambda more: {"capabilities": ["gpu"], **more},
        some(driver=WORDS, count=st.sampled_from((1, "all", "2")), options=pairs(TEXT)),
    ),
    max_size=2,
)
RESOURCE = some(cpus=st.sampled_from((0.5, "0.25", 2)), memory=SIZES.filter(lambda s: s != 4096))
DEPLOY = some(
    mode=WORDS,
    replicas=st.sampled_from((1, 2, "3")),
    labels=pairs(),
    update_config=some(parallelism=st.integers(0, 3), delay=DURATIONS, order=st.just("stop-first")),
    resources=some(
        limits=RESOURCE,
        reservations=st.builds(
            lambda resource, devices: {**resource, "devices": devices}, RESOURCE, DEVICE_REQUESTS
        ),
    ),
    restart_policy=some(condition=WORDS, delay=DURATIONS, max_attempts=st.integers(0, 5)),
    placement=some(constraints=st.lists(WORDS, max_size=2), max_replicas_per_node=PORT),
)
BUILD = st.one_of(
    PATHS,
    some(
        context=PATHS,
        dockerfile=WORDS,
        args=pairs(),
        labels=pairs(),
        target=WORDS,
        cache_from=st.lists(WORDS, max_size=2),
        tags=st.lists(WORDS, max_size=3, unique=True),
        extra_hosts=st.sampled_from((["h:1.2.3.4"], {"h": "::1"})),
        shm_size=SIZES,
        secrets=MOUNTS,
        additional_contexts=st.sampled_from(({"c": "./c"}, ["c=docker-image://x"])),
        ssh=st.sampled_from((["default"], {"default": None})),
        ulimits=st.sampled_from(({"nofile": 5}, {"nproc": {"soft": 1, "hard": 2}})),
        platforms=st.just(["linux/amd64"]),
    ),
)
HEALTH = some(
    test=st.sampled_from(("curl x", ["CMD", "a"], ["CMD-SHELL", "b $$c"], ["NONE"])),
    interval=DURATIONS,
    timeout=DURATIONS,
    retries=st.sampled_from((3, "4")),
    start_period=DURATIONS,
    disable=FLAGS,
)
SERVICE_KEYS: dict[str, Strategy] = {
    "annotations": pairs(),
    "attach": FLAGS,
    "blkio_config": some(weight=PORT, device_read_bps=st.just([{"path": "/d", "rate": "1mb"}])),
    "build": BUILD,
    "cap_add": st.lists(WORDS, max_size=3),
    "cgroup_parent": WORDS,
    "command": COMMANDS,
    "configs": MOUNTS,
    "container_name": WORDS,
    "cpus": st.sampled_from((0.5, "1.5", 1, 0.1)),
    "cpu_shares": PORT,
    "deploy": DEPLOY,
    "develop": some(
        watch=st.just([{"path": "./w", "action": "sync", "target": "/w", "ignore": ["i"]}])
    ),
    "devices": st.lists(st.sampled_from(("/a", "/a:/b", "/a:/c:r")), max_size=2, unique=True),
    "dns": often_one(st.sampled_from(("1.1.1.1", "8.8.8.8", ""))),
    "dns_search": often_one(WORDS),
    "entrypoint": COMMANDS,
    "env_file": often_one(st.sampled_from(("e.env", "f.env"))),
    "environment": pairs(),
    "expose": st.lists(st.one_of(PORT, st.builds(str, PORT)), max_size=3),
    "extra_hosts": st.sampled_from((["h:1.1.1.1", "h:2.2.2.2"], {"h": ["::1", "[::2]"]}, [])),
    "group_add": st.lists(st.one_of(WORDS, PORT), max_size=2, unique_by=repr),
    "healthcheck": HEALTH,
    "hostname": TEXT,
    "image": TEXT,
    "init": FLAGS,
    "labels": pairs(),
    "logging": some(driver=WORDS, options=st.dictionaries(WORDS, st.one_of(TEXT, PORT))),
    "mem_limit": SIZES,
    "memswap_limit": SIZES,
    "networks": st.sampled_from(
        (["n"], ["n", "default"], {"n": None}, {"n": {"aliases": ["q"], "priority": 3}}, [], {})
    ),
    "oom_score_adj": st.integers(-1000, 1000),
    "pids_limit": PORT,
    "platform": st.just("linux/amd64"),
    "ports": PORTS,
    "post_start": st.just([{"command": "a b", "environment": ["A", "B=c"]}]),
    "privileged": FLAGS,
    "profiles": st.lists(st.sampled_from(("p", "q")), max_size=2, unique=True),
    "pull_policy": st.sampled_from(("always", "if_not_present", "build")),
    "read_only": FLAGS,
    "restart": st.sampled_from(("always", "no", "on-failure:3")),
    "scale": st.sampled_from((0, 1, 2, "2")),
    "secrets": MOUNTS,
    "security_opt": st.lists(WORDS, max_size=2, unique=True),
    "shm_size": SIZES,
    "stdin_open": FLAGS,
    "stop_grace_period": DURATIONS,
    "stop_signal": WORDS,
    "sysctls": pairs(),
    "tmpfs": often_one(st.sampled_from(("/a", "/b:size=1"))),
    "ulimits": st.sampled_from(({"nofile": 5, "nproc": {"soft": 1, "hard": 2}}, {"core": "0"})),
    "user": WORDS,
    "volumes": VOLUMES,
    "working_dir": st.sampled_from(("/x", "/x/../y")),
    "x-note": SCALARS,
}
RELATIONS: dict[str, Strategy] = {
    "depends_on": st.one_of(
        st.lists(st.sampled_from(SERVICES[:2]), max_size=2, unique=True),
        st.dictionaries(
            st.sampled_from(SERVICES[:2]),
            st.builds(
                lambda more: {"condition": "service_healthy", **more},
                some(restart=FLAGS, required=st.booleans()),
            ),
            max_size=2,
        ),
    ),
    "links": st.sampled_from((["db"], ["db:alias"])),
    "network_mode": st.sampled_from(("host", "service:db", "none")),
    "volumes_from": st.sampled_from((["db"], ["db:ro"], ["container:c"])),
    "extends": st.sampled_from(("db", {"service": "db"}, {"file": "base.yml", "service": "base"})),
}


@st.composite
def service(draw: st.DrawFn, *, relations: bool, bare: bool = False) -> dict[str, Any]:
    """Draw a service with a handful of keys."""
    keys = draw(st.lists(st.sampled_from(sorted(SERVICE_KEYS)), max_size=6, unique=True))
    made: dict[str, Any] = {} if bare else {"image": draw(TEXT)}
    for key in keys:
        made[key] = draw(SERVICE_KEYS[key])
    if relations and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(RELATIONS)))
        made[key] = draw(RELATIONS[key])
    return made


def resources() -> Strategy:
    """Give the top-level sections that services refer to."""
    labelled = some(driver=WORDS, labels=pairs(), driver_opts=st.dictionaries(WORDS, TEXT))
    volume = st.one_of(st.none(), labelled, st.just({"external": True, "name": "v"}))
    network = st.one_of(
        volume,
        some(internal=FLAGS, attachable=FLAGS, enable_ipv6=FLAGS),
        st.just({"ipam": {"config": [{"subnet": "10.0.0.0/8", "gateway": "10.0.0.1"}]}}),
    )
    content = st.sampled_from(({"file": "./s"}, {"environment": "A"}, {"external": True}))
    return st.fixed_dictionaries(
        {
            "networks": st.fixed_dictionaries({"n": network}, optional={"default": network}),
            "volumes": st.fixed_dictionaries({"data": volume, "logs": volume}),
            "secrets": st.fixed_dictionaries({"s": content}),
            "configs": st.fixed_dictionaries({"s": content}),
        },
        optional={"name": TEXT, "x-top": SCALARS, "version": st.just("3.8")},
    )


@st.composite
def projects(draw: st.DrawFn) -> dict[str, str]:
    """Draw the files of a project: compose.yml, maybe an override, a base and `.env` files."""
    names = draw(st.lists(st.sampled_from(SERVICES), min_size=1, max_size=3, unique=True))
    main = draw(resources())
    main["services"] = {
        name: draw(service(relations=index == 0)) for index, name in enumerate(names)
    }
    files = {
        "compose.yml": _dump(main),
        "base.yml": _dump({"services": {"base": draw(service(relations=False))}}),
        "e.env": "A=from-e\nE='x y'\nQ=\"${A}\\n\"\n",
        "f.env": "A=${E}2\nF=# no comment\n",
        ".env": draw(st.sampled_from(("", "A=dot\nB=\n", "A=1\nD=set\n"))),
    }
    if draw(st.booleans()):
        changed = {name: draw(service(relations=False, bare=True)) for name in names[:2]}
        files["more.yml"] = _dump({"services": changed})
    return files


def _dump(model: Any) -> str:
    return str(yaml.safe_dump(model, sort_keys=False, allow_unicode=True, width=10000))
