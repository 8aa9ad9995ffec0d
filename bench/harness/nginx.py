"""The nginx that stands beside the front door: what its owner would write for the same contract.

Every line is there because Shipway's front door does the same for a route of which nothing is
said; bench/README.md has them side by side.  Nothing is there to slow nginx down.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shipway.ingress.settings import IngressSettings
from shipway.model.front import SAFE_HEADERS

STOP_S = 20

_PLACES = """client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp;
  uwsgi_temp_path temp; scgi_temp_path temp;"""

_UPSTREAM = """
worker_processes 1; daemon off; pid upstream.pid; error_log stderr crit;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000000;
  %(places)s
  server { listen 127.0.0.1:%(port)d backlog=4096;
    location / { default_type text/plain; return 200 "%(body)s"; } } }
"""

_DOOR = """
worker_processes %(workers)d; daemon off; pid proxy.pid; error_log stderr crit;
events { worker_connections 4096; }
http { keepalive_requests 1000000000; server_tokens off;
  %(places)s
  client_header_timeout 10s; keepalive_timeout 60s; client_max_body_size 0;
  server_names_hash_max_size 16384; server_names_hash_bucket_size 128;
  ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets off; ssl_prefer_server_ciphers off;
  proxy_headers_hash_max_size 1024; proxy_headers_hash_bucket_size 128;
  log_format told '$connection-$connection_requests $msec $upstream_addr $status $upstream_header_time $request_time '
                  '$request_completion $server_name $request_method $uri';
  access_log access.log told buffer=1m flush=1s;
  limit_conn_zone $binary_remote_addr zone=clients:10m;
  map $http_upgrade $wants { "" ""; default upgrade; }
  %(maps)s
  upstream app { server 127.0.0.1:%(upstream)d;
    keepalive 64; keepalive_requests 1000000000; keepalive_timeout 1s; }
  server { listen %(listen)s default_server backlog=4096 so_keepalive=60s:10s:6;
    server_name _; %(certificate)s return 404; }
  %(others)s
  server { listen %(listen)s; server_name %(host)s; %(certificate)s
    limit_conn clients %(connections)d;
    %(headers)s
    location / { proxy_pass http://app; proxy_http_version 1.1;
      proxy_buffering off; proxy_request_buffering off; proxy_socket_keepalive on;
      proxy_connect_timeout 5s; proxy_send_timeout 60s; proxy_read_timeout 60s;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $wants;
      proxy_set_header Host $http_host; proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Port $server_port; %(claims)s
      proxy_hide_header X-Powered-By; } } }
"""
_CLAIMS = (
    "Forwarded",
    "Proxy",
    *(
        f"X-Forwarded-{what}"
        for what in (
            "Access-Token", "By", "Email", "Groups", "Method", "Preferred-Username", "Prefix",
            "Scheme", "Server", "Ssl", "Uri", "User",
        )
    ),
)  # fmt: skip
"""What clients claim is not passed on.  The front door takes away whatever begins with
`X-Forwarded-`; nginx knows no prefixes, so these are the names that applications believe."""
_OTHER = "server {{ listen {listen}; server_name {name}; {certificate} return 404; }}"
"""nginx's other names cost it a look into a hash, as HAProxy's a look into its map."""
_MAP = 'map $upstream_http_{variable} $set_{variable} {{ "" "{value}"; default ""; }}'
"""A header is set where the application sends none, as the front door sets it."""


def upstream(port: int, body: str) -> str:
    """Return the file of an application that answers `body` from memory."""
    return _UPSTREAM % {"places": _PLACES, "port": port, "body": body}


def door(*, port: int, upstream_port: int, hosts: list[str], pem: Path | None) -> str:
    """Return the file of a front door whose first host is the application's."""
    settings = IngressSettings.for_this_machine()
    variables = {name: name.lower().replace("-", "_") for name in SAFE_HEADERS}
    certificate = f"ssl_certificate {pem}; ssl_certificate_key {pem};" if pem else ""
    listen = f"127.0.0.1:{port}" + (" ssl http2" if pem else "")
    return _DOOR % {
        "places": _PLACES,
        "workers": settings.threads,
        "connections": settings.client_connections_max,
        "upstream": upstream_port,
        "listen": listen,
        "certificate": certificate,
        "host": hosts[0],
        "claims": " ".join(f'proxy_set_header {name} "";' for name in _CLAIMS),
        "others": "\n".join(
            _OTHER.format(listen=listen, name=name, certificate=certificate) for name in hosts[1:]
        ),
        "maps": "\n".join(
            _MAP.format(variable=variables[name], value=value)
            for name, value in SAFE_HEADERS.items()
        ),
        "headers": " ".join(
            f"add_header {name} $set_{variable} always;" for name, variable in variables.items()
        ),
    }


@contextmanager
def running(directory: Path, text: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run nginx on a file; its workers end with it."""
    (directory / "temp").mkdir(parents=True)
    (directory / "nginx.conf").write_text(text)
    process = subprocess.Popen(
        ["nginx", "-p", str(directory), "-c", "nginx.conf", "-e", "stderr"],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(STOP_S)
