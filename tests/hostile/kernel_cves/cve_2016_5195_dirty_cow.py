# expect: error ImportError
# idea: the door is a private view of a file, thrown away while it is written through /proc
# full: done
# source: CVE-2016-5195
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
file = attempt("open", 2, ctx.config["secret_file"].encode(), 0)
attempt("mmap", 9, 0, 4096, 1, 2, file, 0)
attempt("/proc/self/mem", 2, b"/proc/self/mem", 2)
place = ctypes.cast(libc.getpid, ctypes.c_void_p).value & ~4095
print("madvise DONTNEED of code", libc.madvise(ctypes.c_void_p(place), ctypes.c_size_t(4096), 4))
