# expect: error ImportError
# idea: turn the path into a handle that needs no path to be opened
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
handle = ctypes.create_string_buffer(b"\x80" + bytes(200))
mount = ctypes.c_int()
attempt("name_to_handle_at", 303, -100, ctx.config["secret_file"].encode(), handle, ctypes.byref(mount), 0)
print(handle.raw)
