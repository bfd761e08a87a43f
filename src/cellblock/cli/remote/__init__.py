"""The commands that speak to a server: how it is found, asked and understood, and each command."""
