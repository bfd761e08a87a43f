# expect: error ImportError
# idea: close both pipes and go on without a host
# full: security | crash | timeout
import ctypes

libc = ctypes.CDLL(None)
libc.close(3)
libc.close(4)
while True:
    pass
