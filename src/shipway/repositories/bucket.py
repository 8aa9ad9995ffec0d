"""Files in a folder of an S3-compatible store, through boto3.

Plain calls only (put, get, list, delete), path-style addresses and checksums only where
the store wants them: so every compatible store will do.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shipway.ports_repository import BucketObject, StoredObject
from shipway.repositories.blobs import checked_name, no_object
from shipway.repositories.failures import failure
from shipway.repositories.places import BucketPlace

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")
CONNECT_S = 5
READ_S = 30
DELETED_AT_ONCE = 500
PIECE_BYTES = 8 * 1024**2
_making = threading.Lock()


def client_for(place: BucketPlace) -> S3Client:
    """Return a client for the place's store."""
    config = Config(
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries={"max_attempts": 2, "mode": "standard"},
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        max_pool_connections=4,
    )
    with _making:  # boto3's sessions are not made in two threads at once
        session = boto3.session.Session(
            aws_access_key_id=place.key, aws_secret_access_key=place.secret
        )
        return session.client(
            "s3", endpoint_url=place.endpoint, region_name=place.region, config=config
        )


class BucketBlobs:
    """Files in a folder of a bucket."""

    def __init__(self, place: BucketPlace) -> None:
        self._place = place
        self._folder = f"{place.prefix}/" if place.prefix else ""
        self._client = client_for(place)

    def put(self, name: str, content: bytes) -> None:
        """Ensure that the object has this content."""
        key = self._folder + checked_name(name)
        self._ask(lambda: self._client.put_object(Bucket=self._place.bucket, Key=key, Body=content))

    def get(self, name: str) -> bytes:
        """Return the content."""
        key = self._folder + checked_name(name)

        def read() -> bytes:
            answer = self._client.get_object(Bucket=self._place.bucket, Key=key)
            return answer["Body"].read()

        return self._ask(read, name=name)

    def listed(self, prefix: str = "") -> Iterator[StoredObject]:
        """Yield the objects whose names begin so, by name."""
        token: dict[str, Any] = {}
        while True:
            query = {"Bucket": self._place.bucket, "Prefix": self._folder + prefix, **token}
            page = self._ask(lambda query=query: self._client.list_objects_v2(**query))  # type: ignore[misc]
            for item in page.get("Contents", ()):
                yield StoredObject(
                    name=item["Key"].removeprefix(self._folder),
                    bytes=item["Size"],
                    at=item["LastModified"].timestamp(),
                )
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def delete(self, names: Sequence[str]) -> None:
        """Ensure that these are gone."""
        for start in range(0, len(names), DELETED_AT_ONCE):
            some = names[start : start + DELETED_AT_ONCE]
            keys = [{"Key": self._folder + checked_name(name)} for name in some]
            answer = self._ask(
                lambda keys=keys: self._client.delete_objects(  # type: ignore[misc]
                    Bucket=self._place.bucket, Delete={"Objects": keys, "Quiet": True}
                )
            )
            errors = [item for item in answer.get("Errors", ()) if item.get("Code") != "NoSuchKey"]
            if errors:
                said = f"{errors[0].get('Code')}: {errors[0].get('Message')}"
                raise failure(self._place.where, said)

    def free_bytes(self) -> int | None:
        """Return None: a store does not say."""
        return None

    def _ask(self, call: Callable[[], T], *, name: str | None = None) -> T:
        with told(self._place.where, name=name):
            return call()


def _lost(error: Exception) -> str | None:
    """Return the kind for what never got an answer; None: its words tell."""
    lost = ("Connect", "Timeout", "ConnectionClosed", "IncompleteRead", "ResponseStreaming")
    name = type(error).__name__
    return "repository-unreachable" if any(part in name for part in lost) else None


class PlainBucket:
    """A bucket of the application's; implements the port Bucket."""

    def __init__(self, place: BucketPlace) -> None:
        self._place = place
        self._folder = f"{place.prefix}/" if place.prefix else ""
        self._client = client_for(place)

    def listed(self) -> Iterator[BucketObject]:
        """Yield the objects below the folder, by key."""
        pages = self._client.get_paginator("list_objects_v2")
        with told(self._place.where):
            for page in pages.paginate(Bucket=self._place.bucket, Prefix=self._folder):
                for item in page.get("Contents", ()):
                    yield BucketObject(
                        key=item["Key"].removeprefix(self._folder),
                        etag=item["ETag"].strip('"'),
                        bytes=item["Size"],
                    )

    def read(self, key: str) -> Iterator[bytes]:
        """Yield an object's content in pieces."""
        with told(self._place.where, name=key):
            answer = self._client.get_object(Bucket=self._place.bucket, Key=self._folder + key)
            with contextlib.closing(answer["Body"]) as body:
                yield from body.iter_chunks(PIECE_BYTES)

    def write(self, key: str, content: Iterator[bytes]) -> None:
        """Ensure that the object has this content; large ones go up in parts."""
        with told(self._place.where), tempfile.SpooledTemporaryFile(PIECE_BYTES) as spool:
            for piece in content:
                spool.write(piece)
            spool.seek(0)
            self._client.upload_fileobj(spool, self._place.bucket, self._folder + key)


@contextlib.contextmanager
def told(where: str, *, name: str | None = None) -> Iterator[None]:
    """Turn what boto3 raises into Problems."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if name is not None and code in {"NoSuchKey", "404"}:
            raise no_object(where, name) from error
        raise failure(where, str(error)) from error
    except (BotoCoreError, OSError) as error:
        raise failure(where, str(error), kind=_lost(error)) from error


def folders_in(place: BucketPlace) -> list[str]:
    """Return the names of the folders at a place."""
    folder = f"{place.prefix}/" if place.prefix else ""
    client = client_for(place)
    pages = client.get_paginator("list_objects_v2")
    with told(place.where):
        return sorted(
            str(item["Prefix"]).removeprefix(folder).rstrip("/")
            for page in pages.paginate(Bucket=place.bucket, Prefix=folder, Delimiter="/")
            for item in page.get("CommonPrefixes", ())
        )
