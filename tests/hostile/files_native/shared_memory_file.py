# expect: error ImportError
# idea: make and find named shared memory through libc
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.shm_open.restype = ctypes.c_int
for name, flags in ((b"/cellblock", 0o102), (b"/../.." + ctx.config["secret_file"].encode(), 0)):
    found = libc.shm_open(name, flags, 0o600)
    print("ESCAPED: shm_open" if found >= 0 else "errno", ctypes.get_errno())
