"""What each page shows, gathered from the use cases; no HTML here."""
