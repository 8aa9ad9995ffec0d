"""A container as it is to be, compared as a value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from shipway.engines.docker import names
from shipway.engines.docker.body import container_body, healthcheck, restart_policy
from shipway.engines.docker.files import instance_files
from shipway.engines.docker.mounts import NamedVolume, mount_settings, named_volumes
from shipway.engines.docker.plan import attachments_of, container_plan
from shipway.engines.docker.resources import resource_settings
from shipway.errors import Problem
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import MountedFile, Role, Workload
from tests.engines.docker.samples import API, IMAGE, workload


def host_config(given: Workload) -> dict[str, Any]:
    config: dict[str, Any] = container_body(given, api=API)["HostConfig"]
    return config


def test_a_plain_service_is_one_readable_body() -> None:
    plan = container_plan(
        workload(
            {"command": ["uvicorn", "app:app"]},
            variables={"B": "2", "A": "1"},
            stop_grace_s=20.5,
            stop_signal="SIGINT",
        ),
        2,
        api=API,
    )
    assert plan.name == "shop.staging.r42.api.2"
    assert plan.body == {
        "Image": IMAGE.reference,
        "Cmd": ["uvicorn", "app:app"],
        "Env": ["A=1", "B=2"],
        "Tty": False,
        "OpenStdin": False,
        "StopSignal": "SIGINT",
        "StopTimeout": 21,
        "Labels": {
            "io.shipway.project": "shop",
            "io.shipway.environment": "staging",
            "io.shipway.release": "42",
            "io.shipway.service": "api",
            "io.shipway.role": "web",
            "io.shipway.index": "2",
            "io.shipway.config-hash": plan.config_hash,
        },
        "HostConfig": {
            "Init": True,
            "NetworkMode": "shop.staging",
            "RestartPolicy": {"Name": "no"},
            "LogConfig": {
                "Type": "json-file",
                "Config": {"max-size": "10m", "max-file": "5"},
            },
            "Privileged": False,
            "ReadonlyRootfs": False,
        },
    }


def test_no_port_of_the_server_is_ever_published() -> None:
    """R147, D14: nothing but the ingress listens on the server, no database either."""
    ports = [{"mode": "ingress", "target": 8000, "published": "8000", "protocol": "tcp"}]
    for given in (workload({"ports": ports}), workload({"ports": ports}, release=None)):
        assert "PortBindings" not in host_config(given)


def test_a_release_has_its_names_in_its_own_network_alone() -> None:
    """R096."""
    attached = attachments_of(
        workload({"networks": {"default": {"aliases": ["backend"]}}}, aliases={"app": "api"})
    )
    assert [(one.network, one.aliases) for one in attached] == [
        ("shop.staging", ()),
        ("shop.staging.r42", ("api", "app", "backend")),
    ]


def test_a_stateful_service_has_its_names_in_the_environments_network() -> None:
    given = workload(release=None, service="postgres", role=Role.STATEFUL, aliases={"x": "api"})
    (only,) = attachments_of(given)
    assert (only.network, only.aliases) == ("shop.staging", ("postgres",))


def test_an_external_network_is_joined_under_the_names_that_are_asked_for_there() -> None:
    given = workload(
        {"networks": {"default": None, "shared": {"aliases": ["shop"]}}},
        networks={"shared": {"name": "company", "external": True}},
    )
    assert [(one.network, one.aliases) for one in attachments_of(given)][2:] == [
        ("company", ("shop",))
    ]


def test_a_run_to_the_end_is_reached_by_no_name_and_is_no_instance() -> None:
    plan = container_plan(workload({"restart": "always"}, argv=("migrate",)), 0, api=API, run=True)
    assert all(one.aliases == () for one in plan.attachments)
    assert plan.name == f"shop.staging.r42.api.run-{plan.config_hash[:8]}"
    assert plan.body["Labels"][names.RUN] == plan.config_hash
    assert names.INDEX not in plan.body["Labels"]
    assert plan.body["Cmd"] == ["migrate"]
    assert plan.body["Healthcheck"] == {"Test": ["NONE"]}
    assert plan.body["HostConfig"]["RestartPolicy"] == {"Name": "no"}


def test_the_hash_tells_every_difference_but_the_index() -> None:
    def digest(index: int = 1, **changes: Any) -> str:
        return container_plan(workload(**changes), index, api=API).config_hash

    one = digest()
    assert one == digest(2)
    variants = [
        digest(variables={"A": "1"}),
        digest(files=(MountedFile(target="/x", content=b"1"),)),
        digest(files=(MountedFile(target="/x", content=b"2"),)),
        digest(aliases={"backend": "api"}),
        digest(release=43),
        digest(definition={"mem_limit": "1g"}),
    ]
    assert len({one, *variants}) == len(variants) + 1


def test_labels_of_shipway_cannot_be_taken_by_the_compose_file() -> None:
    body = container_body(workload({"labels": {"io.shipway.project": "other", "a": "b"}}), api=API)
    assert body["Labels"]["io.shipway.project"] == "shop"
    assert body["Labels"]["a"] == "b"


def test_an_empty_entrypoint_clears_the_images() -> None:
    assert container_body(workload({"entrypoint": []}), api=API)["Entrypoint"] == [""]
    assert "Entrypoint" not in container_body(workload({"entrypoint": None}), api=API)


@pytest.mark.parametrize(
    ("definition", "policy"),
    [
        ({}, {"Name": "no"}),
        ({"restart": "no"}, {"Name": "no"}),
        ({"restart": "unless-stopped"}, {"Name": "unless-stopped"}),
        ({"restart": "on-failure:3"}, {"Name": "on-failure", "MaximumRetryCount": 3}),
        ({"deploy": {"restart_policy": {"condition": "any"}}}, {"Name": "unless-stopped"}),
        (
            {"deploy": {"restart_policy": {"condition": "on-failure", "max_attempts": 5}}},
            {"Name": "on-failure", "MaximumRetryCount": 5},
        ),
        ({"deploy": {"restart_policy": {"condition": "none"}}}, {"Name": "no"}),
    ],
)
def test_a_restart_policy_is_composes(definition: dict[str, Any], policy: dict[str, Any]) -> None:
    assert restart_policy(workload(definition)) == policy


def test_always_does_not_bring_a_stopped_release_back_after_a_reboot() -> None:
    assert restart_policy(workload({"restart": "always"})) == {"Name": "unless-stopped"}


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (None, None),
        ({"disable": True}, {"Test": ["NONE"]}),
        ({"test": "curl -f localhost"}, {"Test": ["CMD-SHELL", "curl -f localhost"]}),
        (
            {
                "test": ["CMD", "true"],
                "interval": "1m30s",
                "timeout": "500ms",
                "retries": 3,
                "start_period": "5s",
                "start_interval": "1s",
            },
            {
                "Test": ["CMD", "true"],
                "Interval": 90_000_000_000,
                "Timeout": 500_000_000,
                "Retries": 3,
                "StartPeriod": 5_000_000_000,
                "StartInterval": 1_000_000_000,
            },
        ),
    ],
)
def test_a_health_check_is_composes(check: Any, expected: Any) -> None:
    assert healthcheck({"healthcheck": check}, (1, 44)) == expected


def test_limits_of_the_service_win_over_those_of_deploy() -> None:
    given = {
        "cpus": 0.5,
        "mem_limit": "512m",
        "deploy": {
            "resources": {
                "limits": {"cpus": "2", "memory": "1g", "pids": 100},
                "reservations": {
                    "memory": "64m",
                    "devices": [{"capabilities": ["gpu"], "driver": "nvidia", "count": 2}],
                },
            }
        },
    }
    assert resource_settings(given) == {
        "NanoCpus": 500_000_000,
        "Memory": 512 * 1024**2,
        "PidsLimit": 100,
        "MemoryReservation": 64 * 1024**2,
        "DeviceRequests": [{"Capabilities": [["gpu"]], "Driver": "nvidia", "Count": 2}],
    }


def test_gpus_devices_and_ulimits() -> None:
    given = {
        "gpus": "all",
        "devices": ["/dev/fuse", "/dev/a:/dev/b:r"],
        "ulimits": {"nproc": 10, "nofile": {"soft": 1, "hard": 2}},
    }
    assert resource_settings(given) == {
        "Ulimits": [
            {"Name": "nproc", "Soft": 10, "Hard": 10},
            {"Name": "nofile", "Soft": 1, "Hard": 2},
        ],
        "Devices": [
            {
                "PathOnHost": "/dev/fuse",
                "PathInContainer": "/dev/fuse",
                "CgroupPermissions": "rwm",
            },
            {"PathOnHost": "/dev/a", "PathInContainer": "/dev/b", "CgroupPermissions": "r"},
        ],
        "DeviceRequests": [{"Capabilities": [["gpu"]], "Count": -1}],
    }


def test_mounts_of_every_type() -> None:
    given = workload(
        {
            "volumes": [
                {"type": "volume", "source": "data", "target": "/data", "volume": {"nocopy": True}},
                {"type": "volume", "target": "/scratch", "volume": {}},
                {"type": "bind", "source": "/etc/hosts", "target": "/hosts", "read_only": True},
                {
                    "type": "bind",
                    "source": "/srv/up",
                    "target": "/up",
                    "bind": {"create_host_path": True, "propagation": "rslave", "selinux": "z"},
                },
                {"type": "tmpfs", "target": "/t", "tmpfs": {"size": "1m", "mode": 0o1777}},
            ],
            "tmpfs": ["/run", "/tmp:size=10m"],  # noqa: S108
        }
    )
    assert mount_settings(given, files=(), api=API) == {
        "Mounts": [
            {
                "Type": "volume",
                "Target": "/data",
                "ReadOnly": False,
                "Source": "shop.staging.data",
                "VolumeOptions": {"NoCopy": True},
            },
            {"Type": "volume", "Target": "/scratch", "ReadOnly": False},
            {"Type": "bind", "Target": "/hosts", "ReadOnly": True, "Source": "/etc/hosts"},
            {
                "Type": "tmpfs",
                "Target": "/t",
                "ReadOnly": False,
                "TmpfsOptions": {"SizeBytes": 1024**2, "Mode": 0o1777},
            },
        ],
        "Binds": ["/srv/up:/up:rw,z,rslave"],
        "Tmpfs": {"/run": "", "/tmp": "size=10m"},  # noqa: S108
    }


def test_environments_never_share_a_volume_unless_it_is_external() -> None:
    """R096: `shop` in staging and in production, and `shop-staging`, keep apart."""
    definition = {
        "volumes": [
            {"type": "volume", "source": "data", "target": "/data"},
            {"type": "volume", "source": "old", "target": "/old"},
        ]
    }
    volumes = {
        "data": {"name": "shop_data", "driver": "nfs", "driver_opts": {"o": "addr=1"}},
        "old": {"name": "precious", "external": True},
    }
    assert named_volumes(workload(definition, volumes=volumes)) == (
        NamedVolume(
            name="shop.staging.data",
            external=False,
            driver="nfs",
            options={"o": "addr=1"},
            labels={"io.shipway.project": "shop", "io.shipway.environment": "staging"},
        ),
        NamedVolume(name="precious", external=True),
    )
    production = named_volumes(workload(definition, volumes=volumes, environment="production"))
    assert production[0].name == "shop.production.data"


@pytest.mark.parametrize(
    ("mount", "kind"),
    [
        ({"type": "bind", "source": "./here", "target": "/x"}, "invalid-compose"),
        ({"type": "cluster", "source": "x", "target": "/x"}, "unsupported"),
        ("data:/data", "invalid-compose"),
    ],
)
def test_a_mount_that_cannot_be_made_is_a_problem(mount: Any, kind: str) -> None:
    with pytest.raises(Problem) as caught:
        container_body(workload({"volumes": [mount]}), api=API)
    assert caught.value.kind == kind
    assert caught.value.hints


def test_secrets_configs_and_files_become_files_with_owner_and_mode() -> None:
    given = workload(
        {
            "secrets": [
                {"source": "token"},
                {"source": "key", "target": "/app/key", "uid": "5", "gid": "6", "mode": "0400"},
            ],
            "configs": [{"source": "motd"}],
        },
        variables={"KEY": "k3y"},
        secrets={"token": {"content": "t0ken"}, "key": {"environment": "KEY"}},
        files=(MountedFile(target="/etc/.env", content=b"A=1", mode=0o600),),
    )
    assert instance_files(given) == (
        MountedFile(target="/app/key", content=b"k3y", mode=0o400, uid=5, gid=6),
        MountedFile(target="/etc/.env", content=b"A=1", mode=0o600),
        MountedFile(target="/motd", content=b"hello", mode=0o444, uid=0, gid=0),
        MountedFile(target="/run/secrets/token", content=b"t0ken", mode=0o444, uid=0, gid=0),
    )


def test_a_seccomp_profile_is_handed_over_by_its_content(tmp_path: Path) -> None:
    profile = tmp_path / "profile.json"
    profile.write_text('{"defaultAction": "SCMP_ACT_ALLOW"}')
    options = [f"seccomp={profile}", "seccomp:unconfined", "no-new-privileges:true"]
    assert host_config(workload({"security_opt": options}))["SecurityOpt"] == [
        'seccomp={"defaultAction": "SCMP_ACT_ALLOW"}',
        *options[1:],
    ]
    with pytest.raises(Problem, match="No such file"):
        host_config(workload({"security_opt": ["seccomp:/nonexistent"]}))


def test_the_content_of_a_file_is_in_no_body_and_no_repr() -> None:
    """R053: secrets never reach an image, a label or a process list."""
    given = workload({"secrets": [{"source": "token"}]})
    plan = container_plan(given, 1, api=API)
    assert "t0ken" not in str(plan.body)
    assert "t0ken" not in repr(plan)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"secrets": {"token": {"environment": "GONE"}}}, "missing-file"),
        ({"secrets": {"token": {"file": "/nonexistent/token"}}}, "missing-file"),
        ({"secrets": {"token": {"external": True, "name": "token"}}}, "missing-file"),
        ({"definition": {"tmpfs": ["/run"]}}, "unsupported"),
    ],
)
def test_a_secret_that_the_instance_would_not_see_is_a_problem(
    changes: dict[str, Any], kind: str
) -> None:
    definition = {"secrets": [{"source": "token"}], **changes.pop("definition", {})}
    with pytest.raises(Problem) as caught:
        instance_files(workload(definition, **changes))
    assert caught.value.kind == kind


def test_names_never_meet_whatever_projects_are_called() -> None:
    scopes = [
        Scope(EnvironmentId("shop", "staging"), 1),
        Scope(EnvironmentId("shop", "staging")),
        Scope(EnvironmentId("shop-staging", "staging"), 1),
        Scope(EnvironmentId("shop_staging", "production"), 1),
    ]
    assert len({names.network_name(scope) for scope in scopes}) == len(scopes)
    assert [names.scope_of(names.scope_labels(scope)) for scope in scopes] == scopes


def test_every_service_has_an_image_repository_of_its_own_in_the_registrys_grammar() -> None:
    part = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
    services = ["api", "Api", "my_api.v2", "my__api", "my..api", "api-", "a___b", "__a"]
    found = [names.repository("shop-staging", service) for service in services]
    assert found[0] == "shop-staging/api"
    assert found[2:4] == ["shop-staging/my_api.v2", "shop-staging/my__api"]
    assert all(re.fullmatch(f"{part}/{part}", one) for one in found)
    assert len(set(found)) == len(services)
