# expect: error ImportError
# idea: ask the kernel for a file with a raw system call, past everything that Python checks
import ctypes


def tick(ctx):
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.open(ctx.config["secret_file"].encode(), 0)
    if descriptor >= 0:
        page = ctypes.create_string_buffer(200)
        libc.read(descriptor, page, 200)
        print("ESCAPED: read", page.value)
    print("errno", ctypes.get_errno())
