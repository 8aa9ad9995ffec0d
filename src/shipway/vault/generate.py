"""New secrets from the machine's randomness, in the form that a contract asks for."""

from __future__ import annotations

import base64
import secrets
import string

from shipway.errors import Problem
from shipway.model.secret import Form, Making

# Nothing that a shell, a URL, an env file or Compose would read as more than a letter.
_LETTERS = string.ascii_letters + string.digits
_BOUNDS = {
    Form.HEX: (16, 256),
    Form.BASE64: (16, 256),
    Form.PASSWORD: (16, 256),
    Form.RS256: (2048, 8192),
    Form.ED25519: (0, 0),
}


def make(name: str, making: Making) -> dict[str, str]:
    """Return new values by name: one, or a pair's two.  Raises Problem `invalid-secret`."""
    low, high = _BOUNDS[making.form]
    if not low <= making.amount <= high:
        raise Problem(
            "invalid-secret",
            f"{name}: {making.form.value} {making.amount} cannot be made; the size is from {low} "
            f"to {high}.",
        )
    if making.form.pair:
        private, public = _pair(making)
        return {name: private, making.public: public} if making.public else {name: private}
    if making.form is Form.HEX:
        return {name: secrets.token_hex(making.amount)}
    if making.form is Form.BASE64:
        return {name: base64.b64encode(secrets.token_bytes(making.amount)).decode()}
    return {name: "".join(secrets.choice(_LETTERS) for _ in range(making.amount))}


def _pair(making: Making) -> tuple[str, str]:
    # 6 MB that the daemon has no use for at rest
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
    if making.form is Form.RS256:
        key = rsa.generate_private_key(public_exponent=65537, key_size=making.amount)
    else:
        key = ed25519.Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()
