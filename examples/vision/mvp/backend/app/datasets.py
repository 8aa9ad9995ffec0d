"""The data sets that came with the deployment: directories below DATASETS_PATH."""

from __future__ import annotations

import json

from fastapi import APIRouter

from app.settings import settings

router = APIRouter(tags=["data sets"])


@router.get("/datasets")
def built_in() -> dict:
    """List them; a deployment may have none, and lives from what its users upload."""
    return {"datasets": [_read(item) for item in _manifests()]}


def names() -> set[str]:
    """Return the names of the built-in data sets."""
    return {item.parent.name for item in _manifests()}


def _manifests() -> list:
    root = settings.datasets_path
    return sorted(root.glob("*/dataset.json")) if root.is_dir() else []


def _read(manifest) -> dict:
    told = json.loads(manifest.read_text())
    images = sum(1 for item in manifest.parent.iterdir() if item.suffix in {".png", ".svg", ".jpg"})
    return {"name": manifest.parent.name, "images": images, **told}
