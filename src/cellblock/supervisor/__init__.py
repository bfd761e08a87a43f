"""The heartbeat: when a worker ticks, what follows from how a tick ended, and its process."""
