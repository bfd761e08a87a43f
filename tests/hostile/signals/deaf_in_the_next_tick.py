# expect: error ImportError
# idea: block signals in one tick, so that the deadline of the next finds a deaf process
# full: timeout
# ticks: 2
import ctypes

ticks = []


def tick(ctx):
    while ticks:
        pass
    ticks.append(ctypes.CDLL(None).sigprocmask(0, (ctypes.c_uint64 * 16)(*[0xFFFFFFFFFFFFFFFF] * 16), None))
    print("deaf from now on")
