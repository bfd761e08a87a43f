# expect: error ImportError
# idea: find the object that holds the deadline and tell it that none is due
# full: timeout
import gc

found = [item for item in gc.get_objects() if type(item).__name__ == "Deadline"]
handlers = [item for item in gc.get_referrers(*[type(item) for item in found]) if isinstance(item, dict)] if found else []
for item in found:
    item._armed = False
    type(item).strike = lambda *_: None
import signal

handler = signal.getsignal(signal.SIGUSR1)
owner = getattr(handler, "__self__", None)
print("found", len(found), len(handlers), owner is not None)
while True:
    if owner is not None:
        owner._armed = False
