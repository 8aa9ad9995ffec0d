"""The API, put together."""

from __future__ import annotations

import contextlib

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app import accounts, chat, datasets, health, projects, stores, uploads
from app.database import engine
from app.settings import settings


@contextlib.asynccontextmanager
async def lifespan(_app: FastAPI):
    for directory in (settings.upload_dir, settings.output_dir):
        directory.mkdir(parents=True, exist_ok=True)
    yield
    engine.dispose()
    stores.client.close()


app = FastAPI(title="vision", version="1.0", lifespan=lifespan)
app.add_middleware(
    CORSMiddleware,
    allow_origins=settings.cors_origins,
    allow_credentials=True,
    allow_methods=["GET", "POST", "PUT", "DELETE"],
    allow_headers=["Authorization", "Content-Type"],
)

api = APIRouter(prefix="/api/v1")
for module in (accounts, chat, datasets, projects, uploads):
    api.include_router(module.router)
app.include_router(api)
app.include_router(chat.socket)
app.include_router(health.router)
