# expect: error ImportError
# idea: read and write by vectors, positions and flags, which are other calls
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
room = ctypes.create_string_buffer(64)
vector = (ctypes.c_uint64 * 2)(ctypes.addressof(room), 64)
for number in range(8):
    attempt(f"readv {number}", 19, number, vector, 1)
    attempt(f"pread64 {number}", 17, number, room, 64, 0)
    attempt(f"preadv {number}", 295, number, vector, 1, 0, 0)
    attempt(f"preadv2 {number}", 327, number, vector, 1, -1, -1, 8)
    attempt(f"writev {number}", 20, number, vector, 1)
    attempt(f"pwrite64 {number}", 18, number, room, 64, 0)
    attempt(f"pwritev2 {number}", 328, number, vector, 1, -1, -1, 0)
    attempt(f"lseek {number}", 8, number, 0, 1)
