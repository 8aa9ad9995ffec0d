"""Makes the first administrator, once: `python -m app.first_administrator`.

Address and password come from ADMIN_EMAIL and ADMIN_PASSWORD, so that neither stands in the
code.  Where there is an administrator already, nothing is done.
"""

from __future__ import annotations

import os
import sys

from sqlalchemy import select

from app.database import Session, User
from app.security import hasher

LETTERS_MIN = 20


def main() -> str:
    email, password = os.environ.get("ADMIN_EMAIL", ""), os.environ.get("ADMIN_PASSWORD", "")
    if not email or len(password) < LETTERS_MIN:
        sys.exit(f"ADMIN_EMAIL, or an ADMIN_PASSWORD of {LETTERS_MIN} letters, is missing")
    with Session() as session:
        if session.scalar(select(User).where(User.is_superuser)):
            return "there is an administrator already: nothing to do"
        session.add(
            User(
                email=email.lower(),
                username="admin",
                password_hash=hasher.hash(password),
                is_superuser=True,
            )
        )
        session.commit()
    return f"{email} is the first administrator"


if __name__ == "__main__":
    print(main())
