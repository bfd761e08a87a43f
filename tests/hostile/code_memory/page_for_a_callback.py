# expect: error ImportError
# idea: have the interface library beneath ctypes allocate executable pages directly
# full: done
import ctypes
import sys

loaded = ctypes.CDLL(getattr(sys.modules["_ctypes"], "__file__", None))
code = ctypes.c_void_p()
try:
    loaded.ffi_closure_alloc.restype = ctypes.c_void_p
    got = [loaded.ffi_closure_alloc(ctypes.c_size_t(64), ctypes.byref(code)) for _ in range(3000)]
    print("ESCAPED: executable pages" if all(got) else "no page")
except AttributeError as error:
    print("not there:", error)
