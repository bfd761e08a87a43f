# expect: error ImportError
# idea: replace what the deadline's handler raises while it is being raised
# full: timeout
import sys

deadline = sys.modules["cellblock.inside.deadline"]
deadline.TickTimeoutError.__init__ = lambda self, *_: None
deadline.TickTimeoutError.__del__ = lambda self: print("gone")
deadline.TickTimeoutError = StopIteration
while True:
    try:
        for _ in iter(int, 1):
            pass
    except StopIteration:
        continue
