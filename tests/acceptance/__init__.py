"""The product as a user has it: a real daemon, real engines, a real proxy."""
