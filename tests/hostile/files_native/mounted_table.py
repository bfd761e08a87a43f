# expect: error ImportError
# idea: read the table of mounts, by file and by the calls that need none
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
libc.setmntent.restype = ctypes.c_void_p
print("ESCAPED: opened" if libc.setmntent(b"/proc/self/mounts", b"r") else "setmntent refused")
request = (ctypes.c_uint64 * 4)(24, 0xFFFFFFFFFFFFFFFF, 0)
room = ctypes.create_string_buffer(4096)
attempt("listmount", 458, request, room, 64, 0)
attempt("statmount", 457, request, room, 4096, 0)
attempt("sysfs", 139, 3)
attempt("ustat", 136, 0x801, room)
