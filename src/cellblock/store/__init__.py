"""What survives: small ports, and the stores behind them."""
