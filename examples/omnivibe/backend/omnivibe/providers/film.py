"""Videos: Google's Veo; or a mock that draws a storyboard, a frame a step."""

import time
from html import escape

import httpx

from omnivibe.providers import MOCK
from omnivibe.settings import settings

VEO = "https://generativelanguage.googleapis.com/v1beta"
MODEL = "veo-3.0-generate-001"
TIMEOUT_S = 60.0
PAUSE_S = 10.0
ASKED_MAX = 60
MOCK_STEP_S = 0.3


def shoot(text: str, name: str, step: int, steps: int) -> str | None:
    """Do one step of a video; return its path in the volume once there is something."""
    folder = settings.data_dir / "media"
    folder.mkdir(exist_ok=True)
    if MOCK:
        time.sleep(MOCK_STEP_S)
        path = folder / f"{name}.svg"
        path.write_text(_board(text, step, steps), encoding="utf-8")
        return f"media/{path.name}"
    if step < steps:
        return None
    path = folder / f"{name}.mp4"
    path.write_bytes(_veo(text))
    return f"media/{path.name}"


def _board(text: str, step: int, steps: int) -> str:
    frames = "".join(
        f'<rect x="{at * 90 + 5}" y="5" width="80" height="45" fill="#{(at * 3 + 4):x}7c"/>'
        for at in range(step)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{steps * 90}" height="80">{frames}'
        f'<text x="5" y="70" font-size="12">{escape(text[:60])}</text></svg>'
    )


def _veo(text: str) -> bytes:
    headers = {"x-goog-api-key": settings.google_veo_api_key}
    with httpx.Client(headers=headers, timeout=TIMEOUT_S, follow_redirects=True) as client:
        begun = client.post(
            f"{VEO}/models/{MODEL}:predictLongRunning", json={"instances": [{"prompt": text}]}
        )
        name = begun.raise_for_status().json()["name"]
        for _ in range(ASKED_MAX):
            state = client.get(f"{VEO}/{name}").raise_for_status().json()
            if state.get("done"):
                made = state["response"]["generateVideoResponse"]["generatedSamples"][0]
                return client.get(made["video"]["uri"]).raise_for_status().content
            time.sleep(PAUSE_S)
    raise TimeoutError(f"Veo has not ended {name}")
