# expect: error ImportError
# idea: have the loader open the file; its complaint tells whether it could read it
# full: done
import ctypes

for path in (ctx.config["secret_file"], ctx.config["folder"] + "/missing", "libm.so.6", "libcrypt.so.1"):
    try:
        print("loaded" if path == "libm.so.6" else "ESCAPED: loaded", ctypes.CDLL(path))
    except OSError as error:
        print("ESCAPED: the loader read it" if "ELF" in str(error) or "too short" in str(error) else "refused", error)
