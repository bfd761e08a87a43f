# expect: error ImportError
# full: done
# idea: move a page of libc's code by making it larger, so that more of its file becomes executable
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return libc.syscall(ctypes.c_long(number), *wide), ctypes.get_errno()
place = ctypes.cast(libc.getpid, ctypes.c_void_p).value
got, error = call(25, place & ~4095, 4096, 64 * 4096, 1)
if got >= 0:
    moved = ctypes.CFUNCTYPE(ctypes.c_int)(got + (place & 4095))
    print("ESCAPED: code runs where none was,", hex(got), moved() > 0)
print("errno", error)
