"""What host and zygote agree on before a word is said."""

SETUP_BYTES = 60_000
"""Longest first packet."""
CONTROL = 3
"""The zygote's descriptor of the socket."""
