"""What the Specification gained after Docker Compose 2.26.1 is taken, and can be refused."""

from __future__ import annotations

import pytest

from shipway.errors import Problem
from tests.compose.conftest import Load, Refuse

WEB = "services:\n  web:\n    image: x\n"
NEWER = {
    "models": WEB + "    models: [llm]\nmodels: {llm: {model: ai/x}}\n",
    "provider": "services: {db: {provider: {type: cloud, options: {size: 1}}}}\n",
    "pull policy": WEB + "    pull_policy: every_12h\n",
    "attestations": WEB + "    build: {context: ., provenance: true, sbom: true}\n",
    "cache filter": WEB + "    build: {context: ., no_cache_filter: [a]}\n",
    "api socket": WEB + "    use_api_socket: true\n",
    "image volume": WEB
    + "    volumes: [{type: image, source: i, target: /i, image: {subpath: s}}]\n",
    "interface name": WEB + "    networks: {default: {interface_name: eth1}}\n",
    "initial sync": WEB
    + "    develop: {watch: [{path: a, action: sync, target: /a, initial_sync: true}]}\n",
}


@pytest.mark.parametrize("text", NEWER.values(), ids=NEWER.keys())
def test_newer_keys_load_and_can_be_refused(text: str, loaded: Load, refused: Refuse) -> None:
    assert loaded(text).model["services"]
    assert refused(text, accept_newer=False).source is not None


def test_a_model_that_is_not_defined_is_refused(loaded: Load) -> None:
    with pytest.raises(Problem, match="model `llm` is not defined"):
        loaded(WEB + "    models: [llm]\n")


def test_gateway_priority_is_kept_where_docker_loses_it(loaded: Load) -> None:
    text = WEB + "    networks: {default: {gw_priority: 3}}\n"
    assert loaded(text).model["services"]["web"]["networks"]["default"] == {"gw_priority": 3}
    strict = loaded(text, accept_newer=False).model["services"]["web"]["networks"]["default"]
    assert strict == {}
