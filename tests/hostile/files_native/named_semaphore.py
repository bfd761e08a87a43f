# expect: error ImportError
# idea: make a named semaphore, which is a file that other processes see
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.sem_open.restype = ctypes.c_void_p
found = libc.sem_open(b"/cellblock", 0o100, 0o600, 1)
print("ESCAPED: sem_open" if found else "errno", ctypes.get_errno())
