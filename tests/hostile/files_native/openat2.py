# expect: error ImportError
# idea: open by the newest of the calls that open, with every resolve flag in turn
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
path = ctx.config["secret_file"].encode()
for resolve in (0, 1, 2, 4, 8, 16, 32):
    how = (ctypes.c_uint64 * 3)(0, 0, resolve)
    attempt(f"openat2 with resolve {resolve}", 437, -100, path, ctypes.byref(how), 24)
