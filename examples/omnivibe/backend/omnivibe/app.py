"""The application: its routers, what answers where, and what every answer carries."""

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

from omnivibe.graph import GraphError
from omnivibe.release import RELEASE, VERSION
from omnivibe.routers import (
    audio,
    auth,
    billing,
    calendar,
    events,
    graph,
    health,
    performance,
    projects,
    providers,
    scripts,
    system,
    videos,
)
from omnivibe.settings import settings

API = "/api/v1"
ROUTERS = {
    "auth": auth,
    "projects": projects,
    "scripts": scripts,
    "audio": audio,
    "videos": videos,
    "graph": graph,
    "calendar": calendar,
    "performance": performance,
    "billing": billing,
    "providers": providers,
    "system": system,
}

app = FastAPI(
    title="OmniVibe",
    version=VERSION,
    debug=settings.debug,
    openapi_tags=[{"name": name} for name in (*ROUTERS, "health")],
)
app.add_middleware(
    CORSMiddleware,
    allow_origins=settings.origins,
    allow_credentials=True,
    allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
    allow_headers=["Authorization", "Content-Type"],
)
for name, module in ROUTERS.items():
    app.include_router(module.router, prefix=API, tags=[name])
app.include_router(health.router, tags=["health"])
app.include_router(events.router)


@app.middleware("http")
async def marked(request: Request, call_next):
    """Every answer names its release, and may not be sniffed or framed."""
    answer = await call_next(request)
    answer.headers["X-Release"] = RELEASE
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["X-Frame-Options"] = "DENY"
    return answer


@app.exception_handler(GraphError)
def no_graph(_request: Request, error: GraphError) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=503)
