"""The types of `ctx`, written for an author's editor."""
