# expect: error ImportError
# full: done
# idea: grow a page of libc's code beyond its end, so that the constants behind it are executable too
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return libc.syscall(ctypes.c_long(number), *wide), ctypes.get_errno()
place = ctypes.cast(libc.l64a, ctypes.c_void_p).value & ~4095
libc.strerror.restype = ctypes.c_void_p
constant = libc.strerror(0)
text = ctypes.string_at(constant, 65536)
got, error = call(25, place, 4096, (constant - place + 65536 + 4095) & ~4095, 1)
if got >= 0 and constant > place and b"\xc3" in text:
    ctypes.CFUNCTYPE(None)(got + constant - place + text.index(b"\xc3"))()
    print("ESCAPED: a byte of a constant was executed as a return")
print("errno", error)
