# expect: error ImportError
# idea: queue a read with the kernel's older asynchronous input and output
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
context = ctypes.c_ulong()
if attempt("io_setup", 206, 8, ctypes.byref(context)) >= 0:
    page = ctypes.create_string_buffer(4096)
    order = (ctypes.c_uint64 * 8)(0, 0, 0x0000000000000000, ctypes.addressof(page), 4096)
    queue = (ctypes.c_void_p * 1)(ctypes.addressof(order))
    attempt("io_submit", 209, context, 1, queue)
attempt("io_submit without a context", 209, 0, 0, None)
