"""Videos, by YouTube's Data API: the post's text is the description of what was uploaded."""

from __future__ import annotations

import json

import httpx

from app.channels import Letter, base
from app.config import settings

BOUNDARY = "sns-part"
TITLE_LETTERS = 90


def send(client: httpx.Client, letter: Letter) -> httpx.Response:
    content, kind = letter.media or (b"", "video/mp4")
    about = {
        "snippet": {"title": letter.body[:TITLE_LETTERS], "description": letter.body},
        "status": {"privacyStatus": "public"},
    }
    parts = (
        f"--{BOUNDARY}\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"
        f"{json.dumps(about, ensure_ascii=False)}\r\n--{BOUNDARY}\r\nContent-Type: {kind}\r\n\r\n"
    )
    return client.post(
        f"{base('youtube', 'https://www.googleapis.com')}/upload/youtube/v3/videos",
        params={
            "uploadType": "multipart",
            "part": "snippet,status",
            "key": settings.YOUTUBE_API_KEY,
        },
        headers={
            "Authorization": f"Bearer {letter.token}",
            "Content-Type": f"multipart/related; boundary={BOUNDARY}",
        },
        content=parts.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode(),
    )
