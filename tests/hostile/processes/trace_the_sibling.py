# expect: error ImportError
# idea: take hold of a sibling that runs under the same zygote's rules
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
for request in (16, 0x4206):
    attempt(f"ptrace {request:#x}", 101, request, ctx.config["sibling"], 0, 0)
