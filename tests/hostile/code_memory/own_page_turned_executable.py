# expect: error ImportError
# idea: write instructions into a page and then make it executable
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
page = libc.syscall(*[ctypes.c_long(n) for n in (9, 0, 4096, 3, 0x22, -1, 0)])
ctypes.memmove(page, b"\xb8\x2a\x00\x00\x00\xc3", 6)
for rights in (5, 7, 4, 1 << 32 | 5, 0x01000005, 0x02000005):
    if attempt(f"mprotect {rights:#x}", 10, page, 4096, rights) == 0:
        print("ESCAPED: ran", ctypes.CFUNCTYPE(ctypes.c_int)(page)())
