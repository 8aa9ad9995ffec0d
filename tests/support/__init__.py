"""What acceptance tests share: a small real application and a driver of a real daemon."""
