# expect: error ImportError
# idea: find the bytes of a 32-bit system call within libc's code and jump to them
# full: crash | done | security
import ctypes

libc = ctypes.CDLL(None)
names = ("getpid", "memcpy", "printf", "qsort", "strtod", "getaddrinfo", "regexec", "clock_gettime", "malloc", "wcsftime")
places = sorted(ctypes.cast(getattr(libc, name), ctypes.c_void_p).value for name in names)
lowest = min(place for place in places if places[-1] - place < 1 << 21)
text = ctypes.string_at(lowest, places[-1] - lowest)
found = text.find(b"\xcd\x80")
print("searched", len(text) > 100_000, "found", found >= 0)
if found >= 0:
    print("ESCAPED: the 32-bit gate answered", ctypes.CFUNCTYPE(ctypes.c_int)(lowest + found)())
