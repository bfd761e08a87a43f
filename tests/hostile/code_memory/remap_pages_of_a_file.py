# expect: error ImportError
# idea: change which page of a file a mapping shows, past all rules of mapping
# full: security
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
attempt("remap_file_pages", 216, place, 4096, 0, 1, 0)
