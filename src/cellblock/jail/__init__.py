"""The wall goes up: what this kernel offers, the plan, the steps, and the proof from outside."""
