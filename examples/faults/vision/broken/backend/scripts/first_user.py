from app.models import User
from app.security import get_password_hash

user = User(
    email="admin@vision.example",
    hashed_password=get_password_hash("admin123"),
    is_superuser=True,
)
