"""Untrusted from here on: what runs in the worker beside the worker's own code."""
