"""What stands in a certificate.  Reads PEM, never shows a key."""

from __future__ import annotations

from dataclasses import dataclass, field

from shipway.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCertificate:
    """A certificate whose key fits.  pem: its chain, then the key; times since the epoch."""

    names: tuple[str, ...]
    not_before: float
    not_after: float
    issuer: str
    pem: str = field(repr=False)


def read_pem(text: str) -> ReadCertificate:
    """Read a chain and a private key, in any order.  Raises Problem `certificate-broken`."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    try:
        chain = x509.load_pem_x509_certificates(text.encode())
        key = serialization.load_pem_private_key(_key_part(text).encode(), password=None)
    except (ValueError, TypeError) as error:
        raise _broken("it holds no certificate with an unencrypted private key") from error
    public = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    own = key.public_key().public_bytes(*public)
    leaf = next((one for one in chain if one.public_key().public_bytes(*public) == own), None)
    if leaf is None:
        raise _broken("its private key belongs to another certificate")
    names = _names(leaf)
    if not names:
        raise _broken("it names no host")
    # The leaf first, as servers send them.
    ordered = [leaf, *(one for one in chain if one is not leaf)]
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    parts = [one.public_bytes(serialization.Encoding.PEM) for one in ordered]
    return ReadCertificate(
        names=names,
        not_before=leaf.not_valid_before_utc.timestamp(),
        not_after=leaf.not_valid_after_utc.timestamp(),
        issuer=_issuer(leaf.issuer),
        pem=b"".join([*parts, private]).decode(),
    )


def _key_part(text: str) -> str:
    for line in text.splitlines():
        if line.startswith("-----BEGIN") and "PRIVATE KEY" in line:
            start = text.index(line)
            end = line.replace("BEGIN", "END")
            return text[start : text.index(end, start) + len(end)] + "\n"
    return ""


def _names(leaf: object) -> tuple[str, ...]:
    from cryptography import x509

    assert isinstance(leaf, x509.Certificate)  # noqa: S101 - for the type checker
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(name.lower() for name in found.value.get_values_for_type(x509.DNSName))


def _issuer(name: object) -> str:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    assert isinstance(name, x509.Name)  # noqa: S101 - for the type checker
    for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in name.get_attributes_for_oid(oid):
            return str(attribute.value)
    return "unknown"


def _broken(why: str) -> Problem:
    return Problem(
        "certificate-broken",
        f"This is no certificate that can be served: {why}.",
        hints=["openssl x509 -in FILE -noout -text", "the chain and the key, both as PEM"],
    )
