"""A worker arrives: what its code may name, and what can be said of it before it runs."""
