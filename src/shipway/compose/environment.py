"""Values that come from the environment without `${…}`: `- KEY` in lists, secrets, configs."""

from __future__ import annotations

from collections.abc import Mapping

from shipway.compose.tree import Map, Seq


def resolve_environment(model: Map, environment: Mapping[str, str]) -> None:
    """Fill in keys without a value, in place, as far as the environment knows them."""
    services = model.get("services")
    for service in services.values() if isinstance(services, Map) else ():
        items = service.get("environment") if isinstance(service, Map) else None
        if not isinstance(items, Seq):
            continue
        resolved = Seq(items.mark)
        for item, mark in zip(items, items.marks, strict=True):
            if isinstance(item, str):
                known = item in environment
                resolved.add(f"{item}={environment[item]}" if known else item, mark)
        service["environment"] = resolved
    configs = model.get("configs")
    for config in configs.values() if isinstance(configs, Map) else ():
        key = config.get("environment") if isinstance(config, Map) else None
        if isinstance(key, str) and key in environment:
            config["content"] = environment[key]
