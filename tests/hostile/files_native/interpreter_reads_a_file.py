# expect: error ImportError
# idea: have the interpreter's own C code open a file, past `open`
# full: done
import ctypes

path = ctx.config["secret_file"].encode()
api = ctypes.pythonapi
opens = getattr(api, "Py_fopen", None) or api._Py_fopen_obj  # its name since 3.14, and before
opens.restype = ctypes.c_void_p
opens.argtypes = [ctypes.py_object, ctypes.c_char_p]
try:
    found = opens(path.decode(), b"rb")
    print("ESCAPED: opened" if found else "no file")
except OSError as error:
    print("refused:", error.errno)
ctypes.CDLL(None).fopen.restype = ctypes.c_void_p
print("fopen", ctypes.CDLL(None).fopen(path, b"r"))
