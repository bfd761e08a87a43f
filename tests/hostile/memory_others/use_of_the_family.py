# expect: error ImportError
# idea: learn from the use of resources what the children before did
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
room = ctypes.create_string_buffer(512)
attempt("getrusage of children", 98, -1, room)
attempt("getrusage of the thread", 98, 1, room)
attempt("capget of the host", 125, (ctypes.c_uint32 * 2)(0x20080522, ctx.config["host"]), room)
attempt("ioprio_get of the host", 252, 1, ctx.config["host"])
attempt("getpriority of the sibling", 140, 0, ctx.config["sibling"])
