"""The API of the vision platform: people teach models by chat."""
