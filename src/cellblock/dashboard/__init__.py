"""The dashboard: a page that talks to the HTTP API, and the files that it is made of."""
