# expect: error ImportError
# idea: the door is a socket to other machines whose transport changes under it
# full: done
# source: CVE-2021-26708
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("a vsock socket", 41, 40, 1, 0)
attempt("SO_VM_SOCKETS_BUFFER_SIZE", 54, made, 40, 0, (ctypes.c_int64 * 1)(4096), 8)
