"""The board's front end: renders the board, and keeps the page live."""
