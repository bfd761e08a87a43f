# expect: error ImportError
# idea: close the end that answers come through, and go on asking
# full: done
# ticks: 3
import ctypes


def tick(ctx):
    ctypes.CDLL(None).close(3)
    print("closed")
