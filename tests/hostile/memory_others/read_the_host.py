# expect: error ImportError
# idea: copy a page out of the host's memory
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
room = ctypes.create_string_buffer(4096)
here = (ctypes.c_uint64 * 2)(ctypes.addressof(room), 4096)
there = (ctypes.c_uint64 * 2)(id(room) & ~4095, 4096)
attempt("process_vm_readv", 310, ctx.config["host"], here, 1, there, 1, 0)
