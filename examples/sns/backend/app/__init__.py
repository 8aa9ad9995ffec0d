"""The publisher: plans posts, and brings them to the social networks."""
