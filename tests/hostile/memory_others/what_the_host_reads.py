# expect: error ImportError
# idea: see in the shared page cache which pages of libraries others have touched
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
seen = ctypes.create_string_buffer(64)
attempt("mincore of libc's code", 27, place, 64 * 4096, seen)
attempt("cachestat", 451, 3, (ctypes.c_uint64 * 2)(0, 4096), bytes(64), 0)
attempt("readahead", 187, 3, 0, 4096)
