"""The rendered configuration: as a value, and as HAProxy reads it."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipway.errors import Problem
from shipway.ingress.process import check_argv
from shipway.ingress.render import Rendered, render
from shipway.ingress.settings import IngressSettings
from shipway.ingress.text import parse_server_id, server_id
from shipway.model.routing import Backend, IngressConfig, Listener, Route, Upstream
from tests.ingress.support import (
    DRAIN,
    PROMISED_S,
    backend,
    haproxy_binary,
    quickest,
    upstream,
)

SETTINGS = IngressSettings()

SHOP = IngressConfig(
    listeners=(
        Listener(
            port=4500,
            routes=(
                Route(backend="shop.production.web"),
                Route(backend="shop.production.api", path="/api", strip="/api"),
                Route(backend="shop.production.api", host="api.shop.example"),
            ),
        ),
    ),
    backends=(
        backend("shop.production.web", upstream("r42-1", 3000)),
        Backend(
            id="shop.production.api",
            upstreams=(
                Upstream(name="r42-1", address="fd00::7", port=8000),
                upstream("r41-1", 8000, DRAIN),
            ),
            response_timeout_s=90,
        ),
    ),
)

EXPECTED_TAIL = """\
frontend 0.0.0.0:4500
    bind 0.0.0.0:4500
    bind unix@handover-0.0.0.0-4500.sock mode 600 accept-proxy
    log ring@access local0
    log-format "%rt %Ts.%ms %ST %Tr %Ta %tsc %b %s %HM %HPO"
    option dontlognull
    tcp-request connection track-sc0 src,ipmask(32,64) table clients:
    tcp-request connection reject if { sc0_conn_cur gt 1000 }
    tcp-request session set-var(sess.client) src,lower
    http-request allow if { stopping }
    http-request return status 431 content-type "text/plain; charset=utf-8" string "431: the request's headers are too large.\\n" hdr Cache-Control no-store if { internal.htx.data gt 11488 } { req.hdrs,length gt 12000 }
    http-request return status 400 content-type "text/plain; charset=utf-8" string "400: this request cannot be understood.\\n" hdr Cache-Control no-store if { req.hdrs -m reg '\\x00' }
    http-request return status 405 content-type "text/plain; charset=utf-8" string "405: this method is not allowed.\\n" hdr Cache-Control no-store if { method TRACE CONNECT }
    http-request return status 400 content-type "text/plain; charset=utf-8" string "400: this request cannot be understood.\\n" hdr Cache-Control no-store unless { req.fhdr(host) -m reg '^([A-Za-z0-9_.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\])(:[0-9]{1,5})?$' }
    http-request del-header Forwarded
    http-request del-header Proxy
    http-request del-header X-Real-IP
    http-request del-header X-Forwarded- -m beg
    http-request add-header X-Forwarded-For %[var(sess.client)]
    http-request add-header X-Real-IP %[var(sess.client)]
    http-request add-header X-Forwarded-Proto http
    http-request add-header X-Forwarded-Host %[req.fhdr(host)]
    http-request add-header X-Forwarded-Port 4500
    http-request set-var(txn.route) base,concat(/),map_beg(MAP) unless { path_sub % // /. ; \\\\ \\# }
    http-request set-var(txn.path) 'path,url_dec,regsub(";[^/]*","",g),regsub("//+","/",g),concat(/)' unless { var(txn.route) -m found }
    http-request return status 400 content-type "text/plain; charset=utf-8" string "400: this request cannot be understood.\\n" hdr Cache-Control no-store if !{ var(txn.route) -m found } { var(txn.path) -m reg '(^|/)\\.\\.?(/|$)' }
    http-request return status 400 content-type "text/plain; charset=utf-8" string "400: this request cannot be understood.\\n" hdr Cache-Control no-store if !{ var(txn.route) -m found } { var(txn.path) -m reg '[\\\\\\x00-\\x1f\\x7f]' }
    http-request set-var(txn.route) req.fhdr(host),host_only,lower,rtrim(.),concat(,txn.path),map_beg(MAP) unless { var(txn.route) -m found }
    http-request set-var(txn.route) var(txn.path),map_beg(MAP) unless { var(txn.route) -m found }
    http-request return status 404 content-type "text/plain; charset=utf-8" string "404: nothing is served at this address.\\n" hdr Cache-Control no-store unless { var(txn.route) -m found }
    http-request set-var(txn.strip) var(txn.route),field(2,|)
    http-request set-path %[path,'regsub("//+","/",g)'] if { path_sub // } !{ var(txn.strip) -m str 0 }
    http-request set-header X-Forwarded-Prefix %[var(txn.route),field(3,|)] if { var(txn.strip) -m str 1 }
    http-request set-path /%[path,field(3,/,0)] if { var(txn.strip) -m str 1 }
    http-response del-header Server
    http-response del-header X-Powered-By
    use_backend %[var(txn.route),field(1,|)]
    default_backend handover:0.0.0.0:4500
backend handover:0.0.0.0:4500
    retries 1
    timeout server 86400000ms
    timeout tunnel 86400000ms
    http-reuse never
    server newest unix@handover-0.0.0.0-4500.sock send-proxy-v2
backend shop.production.api
    balance roundrobin
    timeout connect 5000ms
    timeout server 90000ms
    timeout tunnel 86400000ms
    server r41-1:127.0.0.1:8000 127.0.0.1:8000 pool-purge-delay 100ms disabled
    server r42-1:fd00::7:8000 [fd00::7]:8000 pool-purge-delay 100ms
backend shop.production.web
    balance roundrobin
    timeout connect 5000ms
    timeout server 60000ms
    timeout tunnel 86400000ms
    server r42-1:127.0.0.1:3000 127.0.0.1:3000 pool-purge-delay 100ms
"""

EXPECTED_MAP = """\
/ shop.production.web|0||0
/api/ shop.production.api|1|/api|0
api.shop.example/ shop.production.api|0||0
api.shop.example:4500/ shop.production.api|0||0
"""


def haproxy_says(directory: Path, rendered: Rendered) -> str:
    """Return HAProxy's complaints about the files; empty: it takes them."""
    (directory / "x.cfg").write_text(rendered.text)
    for name, content in rendered.files.items():
        (directory / name).write_text(content)
    done = subprocess.run(
        check_argv(haproxy_binary(), "x.cfg"),
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr if done.returncode else ""


def test_a_shop_is_rendered_as_a_person_would_write_it() -> None:
    rendered = render(SHOP, SETTINGS)
    ((name, content),) = rendered.files.items()
    tail = rendered.text[rendered.text.index("frontend ") :]
    assert tail.replace(name, "MAP") == EXPECTED_TAIL
    assert content == EXPECTED_MAP
    assert f"description shipway-{rendered.structure}\n" in rendered.text


def test_where_all_routes_lead_to_one_backend_it_is_named() -> None:
    """A name costs a request less than a variable; a request without a route has neither."""
    web, api, third = SHOP.listeners[0].routes
    port = replace(web, backend="", https_port=4543, host="old.shop.example")

    def chosen(*routes: Route) -> list[str]:
        config = replace(SHOP, listeners=(replace(SHOP.listeners[0], routes=routes),))
        lines = render(config, SETTINGS).text.splitlines()
        return [line.strip() for line in lines if "use_backend" in line]

    named = ["use_backend shop.production.api if { var(txn.route) -m found }"]
    asked = ["use_backend %[var(txn.route),field(1,|)]"]
    assert chosen(api, third) == named
    assert chosen(api, port) == named
    assert chosen(web, api) == asked
    assert chosen(port) == chosen() == asked


def test_haproxy_takes_it(tmp_path: Path) -> None:
    both = replace(SHOP.listeners[0], address="::", port=4501)
    config = replace(SHOP, listeners=(*SHOP.listeners, both))
    assert haproxy_says(tmp_path, render(config, SETTINGS)) == ""
    assert haproxy_says(tmp_path, render(IngressConfig(), SETTINGS)) == ""
    prometheus = replace(SETTINGS, prometheus=True)
    assert haproxy_says(tmp_path, render(SHOP, prometheus)) == ""


def test_the_order_of_the_input_does_not_matter() -> None:
    (listener,) = SHOP.listeners
    turned = IngressConfig(
        listeners=(replace(listener, routes=listener.routes[::-1]),),
        backends=tuple(replace(b, upstreams=b.upstreams[::-1]) for b in SHOP.backends[::-1]),
    )
    assert render(turned, SETTINGS) == render(SHOP, SETTINGS)


def test_only_what_needs_a_reload_changes_the_structure() -> None:
    before = render(SHOP, SETTINGS).structure
    first, second = SHOP.backends
    flipped = replace(SHOP, backends=(replace(first, upstreams=()), second))
    assert render(flipped, SETTINGS).structure == before
    slower = replace(SHOP, backends=(replace(first, response_timeout_s=91), second))
    assert render(slower, SETTINGS).structure != before
    (listener,) = SHOP.listeners
    fewer = replace(SHOP, listeners=(replace(listener, routes=listener.routes[:-1]),))
    assert render(fewer, SETTINGS).structure != before
    assert render(SHOP, replace(SETTINGS, connect_retries=3)).structure != before


def test_a_thousand_routes_are_checked_in_a_second(tmp_path: Path) -> None:
    routes = tuple(
        Route(backend=f"p{n}.production.web", host=f"p{n}.example", path=f"/x/{n}", strip="/x")
        for n in range(1000)
    )
    backends = tuple(backend(one.backend, upstream("r1-1", 8000)) for one in routes)
    config = IngressConfig(listeners=(Listener(port=80, routes=routes),), backends=backends)
    took = quickest(lambda: haproxy_says(tmp_path, render(config, SETTINGS)))
    assert haproxy_says(tmp_path, render(config, SETTINGS)) == ""
    print(f"rendered and checked in {took:.3f} s")
    assert took < PROMISED_S


def test_a_servers_name_inside_haproxy_can_be_read_back() -> None:
    for address in ("10.0.0.7", "fd00::7"):
        one = Upstream(name="r42-1", address=address, port=8000)
        assert parse_server_id(server_id(one)) == ("r42-1", address, 8000)


ODD = st.text(st.sampled_from("ab1./-_*|# \"'\\{}%;\n\t\r\0é가$"), max_size=6)


@given(name=ODD, host=ODD, path=ODD, strip=ODD, address=ODD)
def test_no_text_gets_into_the_files_that_was_not_checked(
    name: str, host: str, path: str, strip: str, address: str
) -> None:
    """Whatever is not refused gives exactly the lines that it should give."""
    plain = Upstream(name="x", address="127.0.0.1", port=1)
    candidates = (
        Backend(id="b", upstreams=(replace(plain, name=name),)),
        Backend(id="b", upstreams=(replace(plain, address=address),)),
        Backend(id=name),
    )
    routes = (
        Route(backend="b", host=host),
        Route(backend="b", path=path),
        Route(backend="b", path=f"/{path}", strip=strip),
    )
    for one in candidates:
        text = rendered_or_none(IngressConfig(backends=(one,)))
        if text is not None:
            assert len(text.text.splitlines()) == len(EMPTY.splitlines()) + 5 + len(one.upstreams)
    for route in routes:
        made = rendered_or_none(
            IngressConfig(
                listeners=(Listener(port=80, routes=(route,)),), backends=(Backend(id="b"),)
            )
        )
        if made is not None:
            (content,) = made.files.values()
            assert len(content.splitlines()) == 1
            key, _, value = content.rstrip("\n").partition(" ")
            assert key.endswith("/")
            assert len(value.split("|")) == 4
            assert " " not in value


EMPTY = render(IngressConfig(), SETTINGS).text


def rendered_or_none(config: IngressConfig) -> Rendered | None:
    try:
        return render(config, SETTINGS)
    except Problem:
        return None


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (IngressConfig(backends=(Backend(id="a"), Backend(id="a"))), "a is there 2 times"),
        (IngressConfig(listeners=(Listener(port=80), Listener(port=80))), "0.0.0.0:80 is there"),
        (IngressConfig(listeners=(Listener(port=0),)), "0 is not a port"),
        (IngressConfig(listeners=(Listener(port=80, address="localhost"),)), "not an IP address"),
        (IngressConfig(backends=(Backend(id="a", tunnel_timeout_s=0),)), "tunnel time-out of 0"),
        (
            IngressConfig(backends=(Backend(id="a", response_timeout_s=float("nan")),)),
            "response time-out of nan",
        ),
        (
            IngressConfig(
                listeners=(
                    Listener(
                        port=80,
                        routes=(Route(backend="a", path="/x"), Route(backend="a", path="/x/")),
                    ),
                ),
                backends=(Backend(id="a"),),
            ),
            "/x/ is there 2 times",
        ),
        (
            IngressConfig(
                listeners=(Listener(port=80, routes=(Route(backend="a", path="/x", strip="/y"),)),),
                backends=(Backend(id="a"),),
            ),
            "'/y' cannot be removed from '/x'",
        ),
        (
            IngressConfig(
                listeners=(Listener(port=80, routes=(Route(backend="a", path="/x/../y"),)),),
                backends=(Backend(id="a"),),
            ),
            "not a path of whole segments",
        ),
        (IngressConfig(listeners=(Listener(port=80, routes=(Route(backend="a"),)),)), "'a', which"),
    ],
)
def test_contradictions_are_refused_with_the_values_in_question(
    config: IngressConfig, says: str
) -> None:
    with pytest.raises(Problem) as caught:
        render(config, SETTINGS)
    assert says in caught.value.message
    assert caught.value.hints
