"""The language both sides speak: messages, frames, and the order in which they may come."""
