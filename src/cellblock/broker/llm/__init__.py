"""What ctx.llm is made of: settings, the two shapes of request and answer, the day's budget."""
