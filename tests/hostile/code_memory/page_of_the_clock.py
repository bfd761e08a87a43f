# expect: error ImportError
# idea: patch the page of code that the kernel puts into every process for the time
# full: crash | done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return libc.syscall(ctypes.c_long(number), *wide), ctypes.get_errno()
libc.getauxval.restype = ctypes.c_ulong
page = libc.getauxval(ctypes.c_ulong(33))
print("found", page != 0, ctypes.string_at(page, 4))
print("writable", call(10, page, 4096, 3))
print("executable again", call(10, page, 4096, 5), call(10, page, 4096, 7))
ctypes.memmove(page, b"\xb8\x2a\x00\x00\x00\xc3", 6)
print("ESCAPED: patched code ran", ctypes.CFUNCTYPE(ctypes.c_int)(page)())
