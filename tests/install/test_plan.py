"""What `shipway install` would do, as values, and what systemd says of its units."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from shipway.errors import Problem
from shipway.installation import units
from shipway.installation.files import File, files, program
from shipway.installation.layout import Layout
from shipway.installation.machine import carry_out
from shipway.installation.plan import UNITS, Change, Facts, Found, install_plan, uninstall_plan
from shipway.tools import find_tool

LAYOUT = Layout(python=Path("/opt/shipway/bin/python"), haproxy=Path("/usr/sbin/haproxy"))


def after(layout: Layout) -> Facts:
    """Return the facts of a machine on which everything was done."""
    found = {path: Found(mode=mode, owner=layout.user) for path, mode in layout.directories}
    for file in files(layout):
        owner = layout.user if file.own else "root"
        found[file.path] = Found(mode=file.mode, owner=owner, content=file.content)
    return Facts(
        user=True,
        groups=frozenset({"docker"} if layout.docker else ()),
        found=found,
        enabled=frozenset(UNITS),
        active=frozenset(UNITS),
    )


def commands(plan: list[Change]) -> list[str]:
    return [" ".join(change.argv) for change in plan if change.argv]


def test_a_bare_machine_gets_a_user_directories_files_and_started_units() -> None:
    """Issue item 6."""
    plan = install_plan(LAYOUT, Facts())
    assert [change.says for change in plan] == [
        "make the system user and group shipway",
        "make /var/lib/shipway (mode 0711)",
        "make /var/lib/shipway/ingress (mode 0700)",
        "make /var/lib/shipway/tmp (mode 0700)",
        "write /etc/systemd/system/shipway.service",
        "write /etc/systemd/system/shipway-ingress.service",
        "write /etc/systemd/system/shipway-ingress.path",
        "write /usr/local/bin/shipway",
        "write /usr/local/share/bash-completion/completions/shipway",
        "write /var/lib/shipway/managed-by-systemd",
        "write /var/lib/shipway/ingress/haproxy.log",
        "systemd reads its units",
        "start with the machine: shipway.service, shipway-ingress.service, shipway-ingress.path",
        "start shipway.service, shipway-ingress.path",
    ]


def test_what_debian_has_to_bring_is_the_first_line_and_waits_for_a_yes() -> None:
    first, second, *_rest = install_plan(LAYOUT, Facts(lacks=("haproxy", "restic")))
    assert first.says == "install haproxy, restic from Debian's packages; no service is started"
    assert first.tools == ("haproxy", "restic")
    assert second.argv is not None


def test_a_second_run_has_nothing_to_do() -> None:
    for layout in (LAYOUT, replace(LAYOUT, docker=True)):
        assert install_plan(layout, after(layout)) == []


def test_a_new_program_restarts_the_daemon_and_never_the_proxy() -> None:
    moved = replace(LAYOUT, python=Path("/opt/shipway-2/bin/python"))
    assert commands(install_plan(moved, after(LAYOUT))) == [
        "systemctl daemon-reload",
        "systemctl restart shipway.service",
    ]


def test_docker_installed_later_is_reached_after_a_second_run() -> None:
    plan = install_plan(replace(LAYOUT, docker=True), after(LAYOUT))
    assert "usermod --append --groups docker shipway" in commands(plan)
    assert "systemctl restart shipway.service" in commands(plan)


def test_a_directory_with_another_mode_is_corrected() -> None:
    facts = after(LAYOUT)
    found = {**facts.found, LAYOUT.ingress: Found(mode=0o755, owner="root")}
    plan = install_plan(LAYOUT, replace(facts, found=found))
    assert [change.says for change in plan] == ["correct /var/lib/shipway/ingress (mode 0700)"]


def test_the_proxy_s_log_is_never_written_again() -> None:
    facts = after(LAYOUT)
    log = LAYOUT.ingress / "haproxy.log"
    found = {**facts.found, log: Found(mode=0o600, owner="shipway", content="[ALERT] …")}
    assert install_plan(LAYOUT, replace(facts, found=found)) == []


def test_the_state_of_root_s_own_daemon_is_handed_over() -> None:
    plan = install_plan(LAYOUT, replace(after(LAYOUT), foreign=True))
    assert commands(plan) == ["chown -R --no-dereference shipway:shipway /var/lib/shipway"]


def test_an_operator_is_put_into_the_group() -> None:
    plan = install_plan(LAYOUT, after(LAYOUT), operators=("mina",))
    assert commands(plan) == ["usermod --append --groups shipway mina"]


def test_uninstalling_stops_the_path_first_and_leaves_all_data() -> None:
    plan = uninstall_plan(LAYOUT, after(LAYOUT))
    assert commands(plan) == [
        "systemctl disable --now shipway-ingress.path shipway-ingress.service shipway.service",
        "systemctl daemon-reload",
    ]
    removed = [change.remove for change in plan if change.remove]
    assert LAYOUT.home not in removed
    assert LAYOUT.ingress / "haproxy.log" not in removed
    assert len(removed) == len(files(LAYOUT)) - 1


def test_purging_deletes_the_home_and_the_user() -> None:
    plan = uninstall_plan(LAYOUT, after(LAYOUT), purge=True)
    assert [change.says for change in plan][-2:] == [
        "delete /var/lib/shipway, with all data",
        "remove the user shipway",
    ]


def test_uninstalling_twice_has_nothing_to_do() -> None:
    assert uninstall_plan(LAYOUT, Facts()) == []


def test_a_restart_of_the_daemon_ends_no_application_and_not_the_proxy() -> None:
    text = units.daemon_unit(LAYOUT)
    assert "KillMode=process\n" in text
    assert "PrivateTmp=yes" not in text
    assert "-/tmp" in text, "what is deployed writes there, and nothing else is open to it"
    assert "OOMPolicy=continue\n" in text
    for unit in (text, units.ingress_unit(LAYOUT)):
        for word in ("BindsTo", "PartOf", "Requires"):
            assert word not in unit


def test_only_a_server_with_docker_gives_the_daemon_rights_over_files() -> None:
    """R114: its volumes lie where root alone may look; what is deployed gets none of them."""
    plain, docker = units.daemon_unit(LAYOUT), units.daemon_unit(replace(LAYOUT, docker=True))
    assert "CAP_DAC_OVERRIDE" not in plain + units.ingress_unit(replace(LAYOUT, docker=True))
    assert "volumes" not in plain
    assert "CAP_DAC_OVERRIDE" in docker
    assert " -/var/lib/docker/volumes\n" in docker
    assert "/data/volumes" in units.daemon_unit(replace(LAYOUT, docker=True, engine=Path("/data")))


def test_neither_unit_runs_as_root_nor_may_become_it() -> None:
    for unit in (units.daemon_unit(LAYOUT), units.ingress_unit(LAYOUT)):
        assert "User=shipway\n" in unit
        assert "NoNewPrivileges=yes\n" in unit
        assert "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n" in unit


def test_a_path_with_a_blank_or_a_percent_sign_stays_one_word() -> None:
    odd = replace(LAYOUT, python=Path("/opt/my ship%way/bin/python"))
    assert 'ExecStart="/opt/my ship%%way/bin/python" -P' in units.daemon_unit(odd)
    assert "exec '/opt/my ship%way/bin/python' -P" in program(odd)


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="./dev check installs systemd, ./dev test not"
)
@pytest.mark.parametrize("docker", [False, True])
def test_systemd_itself_accepts_the_units(tmp_path: Path, *, docker: bool) -> None:
    true = Path(shutil.which("true") or "/bin/true")
    layout = Layout(python=true, haproxy=find_tool("haproxy") or true, docker=docker, user="root")
    written: list[File] = [file for file in files(layout) if file.path.name in UNITS]
    for file in written:
        (tmp_path / file.path.name).write_text(file.content)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    ours = [line for line in done.stderr.splitlines() if "shipway" in line]
    assert (done.returncode, ours) == (0, [])


def test_a_directory_that_its_user_made_a_link_is_refused_and_what_it_leads_to_stays(
    tmp_path: Path,
) -> None:
    """An installation is root's: it would give whatever the link leads to away."""
    system = tmp_path / "etc"
    system.mkdir(mode=0o755)
    system.chmod(0o755)
    home = tmp_path / "var/lib/shipway"
    home.mkdir(parents=True)
    (home / "ingress").symlink_to(system)
    change = Change(says="correct the directory", directory=(LAYOUT.ingress, 0o700))
    with pytest.raises(Problem) as caught:
        carry_out(change, LAYOUT, root=tmp_path)
    assert caught.value.kind == "install-failed"
    assert system.stat().st_mode & 0o777 == 0o755
