# expect: error ImportError
# idea: learn how the machine and its network domain are called
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
room = ctypes.create_string_buffer(512)
attempt("uname", 63, room)
attempt("sysinfo", 99, room)
attempt("getpeername", 52, 3, room, bytes(4))
attempt("getsockname", 51, 4, room, bytes(4))
libc.gethostid.restype = ctypes.c_long
print("gethostid", libc.gethostname(room, 64), libc.gethostid(), room.raw[:1])
