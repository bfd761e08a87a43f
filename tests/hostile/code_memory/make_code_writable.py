# expect: error ImportError
# idea: make a function's page writable, patch it, and make it executable again or run it as it is
# full: crash
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return libc.syscall(ctypes.c_long(number), *wide), ctypes.get_errno()
function = libc.getppid
place = ctypes.cast(function, ctypes.c_void_p).value
print("writable", call(10, place & ~4095, 4096, 3))
ctypes.memmove(place, b"\xb8\x2a\x00\x00\x00\xc3", 6)
print("executable again", call(10, place & ~4095, 4096, 5))
print("ESCAPED: patched code ran" if function() == 42 else "no")
