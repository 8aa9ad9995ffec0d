"""The chat: over HTTP, and over a WebSocket that brings the answer word by word."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, HTTPException, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field
from sqlalchemy import select

from app.database import Message, Session, User
from app.providers import ProviderFailed, reply_to
from app.security import CurrentUser, user_of
from app.settings import settings

router = APIRouter(tags=["chat"])
socket = APIRouter()
TURNS = 20


class Said(BaseModel):
    message: str = Field(min_length=1, max_length=4000)


def talk(user: User, text: str) -> Message:
    """Keep what was said, ask for the answer, and keep that too."""
    with Session() as session:
        session.add(Message(user_id=user.id, role="user", text=text))
        session.commit()
        latest = select(Message).where(Message.user_id == user.id).order_by(Message.id.desc())
        turns = [(item.role, item.text) for item in session.scalars(latest.limit(TURNS))]
        session.commit()  # no connection is held while the provider thinks
        answer = Message(user_id=user.id, role="assistant", text=reply_to(turns[::-1]))
        session.add(answer)
        session.commit()
    return answer


@router.post("/chat", status_code=201)
def say(body: Said, user: CurrentUser) -> dict:
    try:
        answer = talk(user, body.message)
    except ProviderFailed as error:
        raise HTTPException(502, str(error)) from error
    return {"id": answer.id, "reply": answer.text, "provider": settings.ai_provider}


@router.get("/chat")
def history(user: CurrentUser) -> dict:
    latest = select(Message).where(Message.user_id == user.id).order_by(Message.id).limit(200)
    with Session() as session:
        said = [{"role": item.role, "text": item.text} for item in session.scalars(latest)]
    return {"messages": said}


@socket.websocket("/ws")
async def talk_live(connection: WebSocket) -> None:
    """The first message is {"token": …}, each later one {"message": …}."""
    await connection.accept()
    try:
        greeting = await connection.receive_json()
        user = await to_thread.run_sync(user_of, str(greeting.get("token", "")))
        await connection.send_json({"type": "ready", "user": user.username})
        while True:
            said = Said.model_validate(await connection.receive_json())
            answer = await to_thread.run_sync(talk, user, said.message)
            for word in answer.text.split():
                await connection.send_json({"type": "word", "text": word})
            await connection.send_json({"type": "done", "id": answer.id, "text": answer.text})
    except WebSocketDisconnect:
        return
    except HTTPException as error:
        await connection.close(4401, str(error.detail))
    except (ProviderFailed, ValueError) as error:
        await connection.close(4400, type(error).__name__)
