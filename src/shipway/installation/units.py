"""The systemd units.  Pure.

Three units: the daemon, the proxy, and a path that starts the proxy when its first
configuration is written.  Invariant: stopping or restarting one never stops another, nor
an instance of the process engine, which the daemon has started (`KillMode=process`).
"""

from __future__ import annotations

from pathlib import Path

from shipway.installation.layout import Layout

DAEMON = "shipway.service"
INGRESS = "shipway-ingress.service"
INGRESS_PATH = "shipway-ingress.path"

_HARDENED = """\
NoNewPrivileges=yes
ProtectSystem=strict
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
"""
_PORTS = """\
# ports below 1024, and nothing else of root's
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
"""
_VOLUMES = """\
# ports below 1024, and files in Docker's volumes: who may ask Docker may do that anyway. What
# is deployed gets the first alone (shipway.rights)
AmbientCapabilities=CAP_NET_BIND_SERVICE CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER
CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER
"""


def word(path: Path) -> str:
    """Return a path as one word of a unit: quoted where it must be, `%` doubled."""
    text = str(path).replace("%", "%%")
    return f'"{text}"' if any(letter.isspace() for letter in text) else text


def daemon_unit(layout: Layout) -> str:
    """Return the daemon's unit.

    No PrivateTmp: systemd empties it when the daemon restarts, and instances of the process
    engine, which go on, would lose their files.  They write to the machine's /tmp, as everybody
    does; the daemon's own TMPDIR is a directory of Shipway's.
    """
    groups = "SupplementaryGroups=docker\n" if layout.docker else ""
    after = " docker.service" if layout.docker else ""
    volumes = f" {word(Path(f'-{layout.engine}/volumes'))}" if layout.docker else ""
    return f"""\
# Written by `shipway install`; changes belong into `systemctl edit {DAEMON}`.
[Unit]
Description=Shipway: deploys, promotes, rolls back
After=network-online.target{after}
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
User={layout.user}
Group={layout.user}
{groups}UMask=0022
WorkingDirectory=/
Environment=SHIPWAY_HOME={layout.home} SHIPWAY_SUPERVISOR=systemd TMPDIR={layout.scratch}
# repositories belong to the people who work in them
Environment=GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=*
ExecStart={word(layout.python)} -P -X no_debug_ranges -m shipway.daemon
Restart=always
RestartSec=1
# only the daemon itself: applications and their shims go on without it
KillMode=process
TimeoutStopSec=30
# an application that the kernel ends for want of memory does not end the daemon
OOMPolicy=continue
LimitNOFILE=65536
TasksMax=infinity
# what is deployed writes to /tmp, as everywhere
ReadWritePaths={layout.home} -/tmp -/var/tmp{volumes}
ProtectHome=read-only
{_HARDENED}{_VOLUMES if layout.docker else _PORTS}
[Install]
WantedBy=multi-user.target
"""


def ingress_unit(layout: Layout) -> str:
    """Return the proxy's unit: it starts with the machine, restarts without the daemon.

    The daemon reloads it over the master's own socket.  A proxy that was told to end
    (`shipway down --ingress`) stays down; one that was killed comes back.
    """
    return f"""\
# Written by `shipway install`; changes belong into `systemctl edit {INGRESS}`.
[Unit]
Description=Shipway's front door (HAProxy)
After=network-online.target
Wants=network-online.target
ConditionPathExists={layout.ingress}/haproxy.cfg
StartLimitIntervalSec=0

[Service]
Type=exec
User={layout.user}
Group={layout.user}
UMask=0077
WorkingDirectory={layout.ingress}
ExecStart={word(layout.haproxy)} -W -S unix@master.sock,mode,600 -p haproxy.pid -f haproxy.cfg
StandardOutput=append:{layout.ingress}/haproxy.log
StandardError=append:{layout.ingress}/haproxy.log
Restart=on-failure
RestartSec=100ms
SuccessExitStatus=143
KillMode=mixed
TimeoutStopSec=5
OOMScoreAdjust=-900
# requests go first where processors are short
CPUWeight=1000
LimitNOFILE=200000
ReadWritePaths={layout.ingress}
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
{_HARDENED}{_PORTS}
[Install]
WantedBy=multi-user.target
"""


def ingress_path(layout: Layout) -> str:
    """Return the unit that starts the proxy when the daemon has written its configuration."""
    return f"""\
# Written by `shipway install`.
[Unit]
Description=Starts Shipway's front door when there is something to serve

[Path]
PathChanged={layout.ingress}/haproxy.cfg

[Install]
WantedBy=multi-user.target
"""
