# expect: error ImportError
# idea: grow the heap by brk, which asks for no rights, and make that executable
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return libc.syscall(ctypes.c_long(number), *wide), ctypes.get_errno()
end = call(12, 0)[0]
grown = call(12, end + 8192)[0]
print("grown by", grown - end)
got, error = call(10, (end + 4095) & ~4095, 4096, 7)
print("ESCAPED: executable" if got == 0 else "errno", error)
