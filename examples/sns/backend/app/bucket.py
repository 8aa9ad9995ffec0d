"""The bucket of uploads.  `python -m app.bucket` ensures that it is there, before a release."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import structlog

from app.config import settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = structlog.get_logger()
UNKNOWN = {"NotImplemented", "MethodNotAllowed", "501", "405"}


@cache
def client() -> S3Client:
    import boto3  # late: it costs a moment and memory
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=settings.S3_ENDPOINT or None,
        aws_access_key_id=settings.S3_ACCESS_KEY,
        aws_secret_access_key=settings.S3_SECRET_KEY,
        region_name=settings.S3_REGION,
        config=Config(
            connect_timeout=3,
            read_timeout=20,
            retries={"max_attempts": 2},
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def ensure() -> None:
    """Make the bucket, with versions where the store has them."""
    from botocore.exceptions import ClientError

    name = settings.S3_BUCKET_NAME
    known = {item["Name"] for item in client().list_buckets()["Buckets"]}
    if name not in known:
        client().create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": settings.S3_REGION}
        )
    try:
        client().put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        versions = True
    except ClientError as error:
        if error.response["Error"]["Code"] not in UNKNOWN:
            raise
        versions = False
    log.info("the bucket is there", bucket=name, versions=versions)


if __name__ == "__main__":
    from app.logs import set_up

    set_up("bucket")
    ensure()
