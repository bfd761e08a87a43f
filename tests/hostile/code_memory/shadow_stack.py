# expect: error ImportError
# idea: ask for memory of kinds that came late: shadow stacks, secret memory, sealed memory
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
attempt("map_shadow_stack", 453, 0, 4096, 1)
attempt("memfd_secret", 447, 0)
attempt("mseal", 462, ctypes.cast(libc.getpid, ctypes.c_void_p).value & ~4095, 4096, 0)
attempt("set_mempolicy", 238, 1, b"\x01" + bytes(7), 64)
attempt("mbind", 237, 0, 4096, 1, b"\x01" + bytes(7), 64, 0)
