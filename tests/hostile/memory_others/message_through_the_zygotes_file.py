# expect: error ImportError
# idea: have a page of the zygote's file changed, cut out or written back by advice to the kernel, die, and look
# full: crash
# ticks: 3
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
word = ctypes.c_int.in_dll(ctypes.pythonapi, "Py_NoUserSiteDirectory")
place = ctypes.c_void_p(ctypes.addressof(word) & -4096)
page = ctypes.c_size_t(4096)


def tick(ctx):
    if word.value == 0x5EED:
        print("ESCAPED: the process before left a message")
    word.value = 0x5EED
    for advice in (*range(4), 5, 6, 7, *range(9, 14), *range(16, 27), 100, 101, 102, 103):
        if libc.madvise(place, page, advice) == 0:
            print("ESCAPED: advice", advice, "was taken")
    for how in (1, 2, 4):
        if libc.msync(place, page, how) == 0:
            print("ESCAPED: written back", how)
    libc.madvise(place, page, 4)  # the page as the zygote has it, for the next write to copy
    if word.value == 0x5EED:
        print("ESCAPED: the file has what was written")
    word.value = 0x5EED
    os._exit(0)
