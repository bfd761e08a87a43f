# expect: error ImportError
# idea: put a page of our own where libc's code is, and keep the place executable
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
place = ctypes.cast(libc.getpid, ctypes.c_void_p).value & ~4095
for rights, flags in ((3, 0x32), (7, 0x32), (5, 0x100022), (0, 0x32), (3, 0x22)):
    attempt(f"mmap over the code, rights {rights}, flags {flags:#x}", 9, place, 4096, rights, flags, -1, 0)
