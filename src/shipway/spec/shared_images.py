"""Services that run another service's image: `image: shop/app` here, `build:` with it there.

Compose builds the image once and starts both from it; no registry ever holds it.  So the
build is shared here, too: such a service is built, versioned and rolled back with the one that
builds it, and gets the same variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def share_builds(services: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the services, each with the build of the image that another one builds."""
    builds = {
        str(item["image"]): item["build"]
        for item in services.values()
        if item.get("build") and item.get("image")
    }
    return {
        name: {**item, "build": builds[str(item["image"])]}
        if not item.get("build") and str(item.get("image")) in builds
        else item
        for name, item in services.items()
    }
