"""The HTTP API: looks in, and writes intent to the store; the supervisor converges."""
