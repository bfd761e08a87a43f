# expect: error ImportError
# idea: force the disks of the machine to write, by calls that need no right
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("sync", 162)
for number in (3, 4):
    attempt(f"syncfs {number}", 306, number)
    attempt(f"fsync {number}", 74, number)
    attempt(f"fallocate {number}", 285, number, 0, 0, 4096)
    attempt(f"ftruncate {number}", 77, number, 0)
    attempt(f"fadvise64 {number}", 221, number, 0, 0, 4)
    attempt(f"sync_file_range {number}", 277, number, 0, 0, 7)
