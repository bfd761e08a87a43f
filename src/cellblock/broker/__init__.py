"""A worker's asks are judged, paid for and answered."""
