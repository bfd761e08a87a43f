# expect: error ImportError
# idea: disarm the deadline, overstay it by a little, and end as if nothing had been
# full: done | timeout
# timeout: 0.7
import signal
import time

owner = signal.getsignal(signal.SIGUSR1).__self__
owner._armed = False
end = time.monotonic() + 0.8
while time.monotonic() < end:
    pass
