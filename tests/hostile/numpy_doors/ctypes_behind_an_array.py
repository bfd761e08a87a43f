# expect: done
# idea: take the ctypes module out of an array's ctypes attribute and call the C library
import numpy as np


def tick(ctx):
    try:
        ctypes = np.zeros(1).ctypes._ctypes
        libc = ctypes.CDLL(None, use_errno=True)
    except Exception as error:
        print("no way to ctypes:", type(error).__name__, error)
        return
    path = ctx.config["secret_file"].encode()
    descriptor = libc.open(path, 0)
    if descriptor >= 0:
        page = ctypes.create_string_buffer(100)
        libc.read(descriptor, page, 100)
        print("ESCAPED: read", page.value)
    print("open: errno", ctypes.get_errno())
    if libc.access(path, 0) == 0:
        print("ESCAPED: knows that the file is there")
    if libc.kill(ctx.config["victim"], 10) == 0:
        print("ESCAPED: sent a signal")
    print("kill: errno", ctypes.get_errno())
