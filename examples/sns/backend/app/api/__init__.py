"""The API's requests, a file for each kind of thing."""
