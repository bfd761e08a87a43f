# expect: error ImportError
# idea: the door is a program of the kernel's machine with bounds that the verifier gets wrong
# full: security
# source: CVE-2021-3490
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
code = (ctypes.c_uint64 * 2)(0xB7, 0x95)
words = (ctypes.c_uint64 * 16)(1 | 2 << 32, ctypes.addressof(code), ctypes.addressof(ctypes.create_string_buffer(b"GPL")))
attempt("bpf PROG_LOAD", 321, 5, words, 120)
