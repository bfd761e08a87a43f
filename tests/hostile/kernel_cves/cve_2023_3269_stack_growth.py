# expect: error ImportError
# idea: the door is a stack that grows into its neighbour while another reads the map
# full: done
# source: CVE-2023-3269
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("MAP_GROWSDOWN", 9, 0, 1 << 16, 3, 0x122, -1, 0)
attempt("PROT_GROWSDOWN", 10, ctypes.c_ulong.in_dll(libc, "environ").value & ~4095, 4096, 0x01000003)
attempt("set_mempolicy", 238, 0, None, 0)
