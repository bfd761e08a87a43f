# expect: error ImportError
# idea: read and write the older message queues and semaphores of the machine
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
room = ctypes.create_string_buffer(4096)
attempt("msgget", 68, 0x1234, 0o1600)
attempt("semget", 64, 0x1234, 1, 0o1600)
for number in range(64):
    attempt(f"msgrcv {number}", 70, number, room, 4000, 0, 0o4000)
    attempt(f"semctl {number}", 66, number, 0, 2, room)
attempt("msgctl MSG_INFO", 71, 0, 12, room)
