"""What nginx files mean to Shipway: every directive translated, or reported with its line."""

from __future__ import annotations

from textwrap import dedent

import pytest

from shipway.nginx import Imported, Services, read_nginx, spec_lines, translate, words
from shipway.spec.reader import read_spec

SERVICES = Services(
    names={"backend": "backend", "frontend": "frontend", "app": "frontend"},
    ports={"backend": frozenset({8000}), "frontend": frozenset({3000})},
    published={3000: ("frontend", 3000)},
)

ONE_NAME = """
    upstream api { server backend:8000; }
    upstream pages { server frontend:3000; }
    server {
        listen 80;
        server_name _;
        limit_req_zone $binary_remote_addr zone=calls:10m rate=60r/m;
        location / { proxy_pass http://pages; }
        location /api/ {
            limit_req zone=calls burst=20;
            proxy_pass http://api;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }
        location /ws {
            proxy_pass http://api;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_read_timeout 86400;
        }
        location /static/ {
            alias /srv/assets/;
            expires 1y;
            add_header Cache-Control "public, immutable";
        }
    }
"""

SEVERAL_NAMES = """
    events {}
    http {
        server {
            listen 80;
            server_name shop.example.com www.shop.example.com api.shop.example.com;
            return 301 https://$host$request_uri;
        }
        server {
            listen 443 ssl http2;
            server_name shop.example.com www.shop.example.com;
            ssl_certificate /etc/nginx/ssl/fullchain.pem;
            ssl_protocols TLSv1.2 TLSv1.3;
            add_header Strict-Transport-Security "max-age=31536000" always;
            add_header X-Frame-Options DENY;
            client_max_body_size 50m;
            location / { proxy_pass http://frontend:3020; }
            location /ws/ {
                proxy_pass http://backend:8000;
                proxy_set_header Upgrade $http_upgrade;
                proxy_read_timeout 1d;
            }
        }
        server {
            listen 443 ssl;
            server_name api.shop.example.com;
            ssl_certificate /etc/nginx/ssl/fullchain.pem;
            location / { proxy_pass http://backend:8000; proxy_read_timeout 300s; }
        }
    }
"""


def read(text: str, services: Services = SERVICES) -> Imported:
    return translate(read_nginx("nginx/nginx.conf", dedent(text).lstrip("\n")), services)


def lines(text: str) -> list[str]:
    """Return the lines of shipway.yaml, which must be valid there."""
    found = spec_lines(read(text))
    read_spec("\n".join(["project: shop", *found]))
    return found


def unknown(text: str) -> list[tuple[int, str, str]]:
    return [(item.line, item.text, item.why) for item in read(text).unknown]


def server(body: str) -> str:
    return f"server {{\nlisten 80;\n{body}\n}}"


def test_routes_limits_timeouts_and_caching_of_one_server() -> None:
    """R018: `/`, `/api/`, `/ws` for a day, static files kept for a year."""
    assert lines(ONE_NAME) == [
        "environments:",
        "  staging: 4400",
        "  production: {port: 80}",
        "routes:",
        "  /static: {service: frontend, cache: immutable}",
        "  /api: {service: backend, rate: 60/min}",
        "  /ws: backend",
        "  /: frontend",
    ]
    found = read(ONE_NAME)
    (remark,) = found.remarks
    assert remark.startswith("line 22: nginx served /static itself from /srv/assets/; now frontend")


def test_what_nginx_itself_refuses_is_said_with_its_line() -> None:
    """D02: the zone stands where nginx does not allow it; what it means is taken all the same."""
    (finding,) = unknown(ONE_NAME)
    assert finding[:2] == (6, "nginx refuses this")
    assert "limit_req_zone" in finding[2]


def test_names_with_their_own_routes_certificates_and_websockets() -> None:
    """R016, R017, D15: every name of the certificate has its route, www included."""
    assert lines(SEVERAL_NAMES) == [
        "environments:",
        "  staging: 4400",
        "  production: {tls: {hsts: 8760h}}",
        "routes:",
        "  api.shop.example.com: {service: backend, timeout: 5m}",
        "  shop.example.com/ws: {service: backend, max_body: 50MB}",
        "  shop.example.com: {service: frontend, port: 3020, max_body: 50MB}",
        "  www.shop.example.com/ws: {service: backend, max_body: 50MB}",
        "  www.shop.example.com: {service: frontend, port: 3020, max_body: 50MB}",
        "ingress:",
        '  headers: {X-Frame-Options: "DENY"}',
    ]
    assert read(SEVERAL_NAMES).unknown == ()


def test_one_set_of_names_becomes_the_environment_s_hosts() -> None:
    found = lines(
        "server { listen 80; server_name a.example.com b.example.com; location / { proxy_pass http://app; } }"
    )
    assert found == [
        "environments:",
        "  staging: 4400",
        "  production: {port: 80, hosts: [a.example.com, b.example.com]}",
        "routes:",
        "  /: frontend",
    ]


def test_an_api_prefix_is_kept_or_removed_as_nginx_does() -> None:
    """R019."""
    found = read(
        server(
            "location /api/v1/ { proxy_pass http://backend:8000; }\n"
            "location /old/ { proxy_pass http://backend:8000/; }\n"
            "location /new/ { proxy_pass http://backend:8000/other/; }\n"
        )
    )
    assert [(route.path, route.strip) for route in found.routes] == [
        ("/api/v1", False),
        ("/old", True),
    ]
    assert [item.line for item in found.unknown] == [5]


def test_a_service_is_found_by_alias_and_by_the_port_it_publishes() -> None:
    found = read(
        server(
            "location / { proxy_pass http://127.0.0.1:3000; }\n"
            "location /x { proxy_pass http://elsewhere:9000; }\n"
        )
    )
    assert [route.service for route in found.routes] == ["frontend"]
    assert found.unknown[0].why == "no Compose service is called elsewhere"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("rewrite ^/a/(.*)$ /b/$1;", "does not rewrite"),
        ("auth_basic 'staff';", "login"),
        ("error_page 502 /502.html;", "pages"),
        ("if ($http_x) { return 403; }", "conditions"),
        ("location ~ \\.php$ { fastcgi_pass php:9000; }", "not regular expressions"),
        ("location ~* \\.(js|css)$ { expires 30d; }", "cache: hashed"),
        ("location /health { return 200 'ok'; }", "nginx answered itself"),
        ("location /status { stub_status; }", "nothing says where"),
        ("location / { proxy_pass http://backend; sub_filter a b; }", "does not change answers"),
        ("location / { proxy_pass http://$upstream; }", "must know which"),
        ("location / { proxy_pass http://backend; proxy_set_header X-Team blue; }", "no request headers"),
        ("include snippets/more.conf;", "was not read"),
        ("add_header X-Id $request_id;", "cannot be computed"),
        ("server_name ~^(?<sub>.+)\\.example\\.com$;", "no patterns"),
        ("root /usr/share/nginx/html;", "served files itself"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_listed_with_its_line_and_why(body: str, why: str) -> None:
    found = unknown(server(body))
    assert found, body
    assert found[0][0] == 3
    assert any(why in text for _, _, text in found), found


def test_an_allow_list_counts_only_with_deny_all() -> None:
    body = "location / {{ proxy_pass http://backend; allow 10.0.0.0/8; {} }}"
    assert read(server(body.format("deny all;"))).routes[0].allow == ("10.0.0.0/8",)
    assert read(server(body.format(""))).routes[0].allow == ()


def test_two_blocks_that_say_otherwise_for_the_same_requests_are_reported() -> None:
    one = "server {{ listen 80; location / {{ proxy_pass http://{}; }} }}\n"
    found = read(one.format("frontend") + one.format("backend"))
    assert [route.service for route in found.routes] == ["frontend"]
    assert found.unknown[0].why == "line 1 says otherwise for the same requests"


def test_what_the_ingress_does_anyway_is_not_listed() -> None:
    body = """
        access_log off; sendfile on; keepalive_timeout 65; gzip on; gzip_types text/css;
        location / {
            proxy_pass http://backend; proxy_buffering off; proxy_connect_timeout 5s;
            proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;
        }
    """
    found = read(server(body))
    assert found.unknown == ()
    assert found.compress


@pytest.mark.parametrize("text", ["", "server {", "}", "location / { }", "\x00", "upstream a { }"])
def test_broken_files_give_findings_and_never_an_exception(text: str) -> None:
    assert read(text).routes == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("60", 60.0),
        ("1h 30m", 5400.0),
        ("500ms", 0.5),
        ("1d", 86_400.0),
        ("soon", None),
        ("", None),
    ],
)
def test_nginx_s_durations(text: str, value: float | None) -> None:
    assert words.seconds(text) == value
