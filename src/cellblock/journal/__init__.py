"""What happened: typed events, bounded, never a secret."""
