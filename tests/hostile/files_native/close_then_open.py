# expect: error ImportError
# idea: give descriptor 3 up, so that the next one opened takes the number that may be read
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
libc.close(3)
if attempt("open", 2, ctx.config["secret_file"].encode(), 0) == 3:
    page = ctypes.create_string_buffer(200)
    libc.read(3, page, 200)
    print("ESCAPED: read", page.value)
