# expect: error ImportError
# idea: abort by libc, which raises a signal to itself and has no way back
# full: crash
import ctypes

print("about to abort")
ctypes.CDLL(None).abort()
