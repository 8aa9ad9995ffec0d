import secrets

from app.models import User
from app.security import get_password_hash

password = secrets.token_urlsafe(16)
user = User(email="owner@vision.example", hashed_password=get_password_hash(password))
print(f"password, shown once: {password}")
