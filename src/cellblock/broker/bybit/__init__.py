"""A thin client of Bybit's V5 API: pure parts, one that does I/O, and the methods of ctx.bybit."""
