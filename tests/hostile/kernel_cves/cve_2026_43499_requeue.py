# expect: error ImportError
# idea: the door is a requeue of waiters onto a lock with priority inheritance
# full: done
# source: CVE-2026-43499
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
words = (ctypes.c_uint32 * 4)()
attempt("FUTEX_CMP_REQUEUE_PI", 202, words, 12 | 128, 1, 1, ctypes.addressof(words) + 4, 0)
attempt("FUTEX_WAIT_REQUEUE_PI", 202, words, 11 | 128, 1, (ctypes.c_int64 * 2)(0, 1), ctypes.addressof(words) + 4, 0)
