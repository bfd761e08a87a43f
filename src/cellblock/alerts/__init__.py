"""Alerts: what happened, matched with rules, told once."""
