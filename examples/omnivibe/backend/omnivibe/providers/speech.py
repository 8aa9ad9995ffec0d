"""Voices: ElevenLabs; or a mock that hums, one tone a word."""

import math
import struct
import wave

import httpx

from omnivibe.providers import MOCK
from omnivibe.settings import settings

TIMEOUT_S = 120.0
VOICE = "21m00Tcm4TlvDq8ikWAM"
RATE = 8000
TONE_S = 0.05
WORDS_MAX = 200


def speak(text: str, name: str) -> str:
    """Write a recording into the volume and return its path there."""
    folder = settings.data_dir / "media"
    folder.mkdir(exist_ok=True)
    if MOCK:
        path = folder / f"{name}.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
            file.writeframes(b"".join(_tone(word) for word in text.split()[:WORDS_MAX]))
    else:
        path = folder / f"{name}.mp3"
        answer = httpx.post(
            f"https://api.elevenlabs.io/v1/text-to-speech/{VOICE}",
            headers={"xi-api-key": settings.elevenlabs_api_key},
            json={"text": text},
            timeout=TIMEOUT_S,
        )
        path.write_bytes(answer.raise_for_status().content)
    return f"media/{path.name}"


def _tone(word: str) -> bytes:
    height = 220 + 20 * len(word)
    count = int(RATE * TONE_S)
    return b"".join(
        struct.pack("<h", int(8000 * math.sin(2 * math.pi * height * at / RATE)))
        for at in range(count)
    )
