"""The held desk: whom a service does not watch because a rule failed, and what is decided of it."""
