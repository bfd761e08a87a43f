# expect: error ImportError
# idea: unmap and unprotect the code of the C library under the interpreter
# full: crash
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return libc.syscall(ctypes.c_long(number), *wide), ctypes.get_errno()
place = ctypes.cast(libc.getpid, ctypes.c_void_p).value & ~4095
print("without rights", call(10, place, 1 << 16, 0))
print("unmapped", call(11, place - (1 << 18), 1 << 19))
ctypes.string_at(place)
