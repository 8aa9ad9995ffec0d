"""Long work that survives being killed: journalled steps that go forward or unwind."""
