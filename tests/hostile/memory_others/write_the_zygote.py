# expect: error ImportError
# idea: write into the zygote, whose addresses are ours too, so that all later workers are changed
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
room = ctypes.create_string_buffer(b"changed")
here = (ctypes.c_uint64 * 2)(ctypes.addressof(room), 7)
there = (ctypes.c_uint64 * 2)(id(attempt.__code__), 7)
attempt("process_vm_writev", 311, ctx.config["zygote"], here, 1, there, 1, 0)
