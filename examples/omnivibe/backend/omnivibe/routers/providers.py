"""Which paid services there are, and whether they are asked or mocked; never a key."""

from fastapi import APIRouter, HTTPException

from omnivibe.settings import settings

router = APIRouter(prefix="/providers")
KNOWN = {
    "openai": ("text", settings.openai_api_key),
    "anthropic": ("text", settings.anthropic_api_key),
    "elevenlabs": ("speech", settings.elevenlabs_api_key),
    "veo": ("video", settings.google_veo_api_key),
    "youtube": ("publishing", settings.youtube_api_key),
    "pinecone": ("vectors", settings.pinecone_api_key),
    "cloudinary": ("media", settings.cloudinary_api_secret),
    "stripe": ("payments", settings.stripe_secret_key),
    "google-login": ("login", settings.google_client_secret),
}


def told(name: str) -> dict:
    purpose, key = KNOWN[name]
    return {"name": name, "for": purpose, "mode": settings.providers, "key": bool(key)}


@router.get("")
def all_of() -> dict:
    return {"text": settings.ai_provider, "providers": [told(name) for name in KNOWN]}


@router.get("/{name}")
def one_of(name: str) -> dict:
    if name not in KNOWN:
        raise HTTPException(404, f"There is no provider {name}.")
    return told(name)
