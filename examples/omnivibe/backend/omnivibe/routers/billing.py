"""Plans; paid by Stripe, where its keys are set."""

import hashlib
import hmac

import httpx
from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel

from omnivibe.providers import MOCK
from omnivibe.security import User
from omnivibe.settings import settings

router = APIRouter(prefix="/billing")
PLANS = {"free": 0, "creator": 1900, "studio": 4900}
TIMEOUT_S = 20.0


class Order(BaseModel):
    plan: str


@router.get("/plans")
def plans() -> dict:
    return {
        "enabled": settings.stripe_secret_key is not None,
        "plans": [{"name": name, "cents_a_month": price} for name, price in PLANS.items()],
    }


@router.get("/plans/{plan}")
def plan(plan: str) -> dict:
    if plan not in PLANS:
        raise HTTPException(404, f"There is no plan {plan}.")
    return {"name": plan, "cents_a_month": PLANS[plan]}


@router.post("/checkout")
def checkout(_user: User, order: Order) -> dict:
    """Begin a payment; it comes back to the frontend's own address."""
    if settings.stripe_secret_key is None:
        raise HTTPException(501, "Payments are switched off: Stripe's keys are not set.")
    if order.plan not in PLANS:
        raise HTTPException(404, f"There is no plan {order.plan}.")
    back = f"{settings.frontend_url}/billing"
    if MOCK:
        return {"url": f"{back}?mock={order.plan}"}
    answer = httpx.post(
        "https://api.stripe.com/v1/checkout/sessions",
        auth=(settings.stripe_secret_key, ""),
        data={
            "mode": "subscription",
            "success_url": back,
            "line_items[0][price_data][currency]": "usd",
            "line_items[0][price_data][unit_amount]": PLANS[order.plan],
            "line_items[0][price_data][recurring][interval]": "month",
            "line_items[0][price_data][product_data][name]": order.plan,
            "line_items[0][quantity]": 1,
        },
        timeout=TIMEOUT_S,
    )
    return {"url": answer.raise_for_status().json()["url"]}


@router.post("/webhook", status_code=204)
async def webhook(request: Request) -> None:
    """Stripe's word on a payment: only with its signature."""
    secret = settings.stripe_webhook_secret
    if secret is None:
        raise HTTPException(501, "Payments are switched off: Stripe's keys are not set.")
    given = dict(
        item.split("=", 1)
        for item in request.headers.get("Stripe-Signature", "").split(",")
        if "=" in item
    )
    signed = given.get("t", "").encode() + b"." + await request.body()
    good = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(good, given.get("v1", "")):
        raise HTTPException(400, "The signature is not Stripe's.")
