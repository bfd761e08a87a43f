"""What `ctx.telegram` stands on: the Bot API, its pace, and one reader of messages for each bot."""
