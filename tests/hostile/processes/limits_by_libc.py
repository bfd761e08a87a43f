# expect: error ImportError
# idea: raise the soft limit of memory to the hard one by the module for it, then take all of it
# full: done
import sys

limits = sys.modules.get("resource")
for name in ("AS", "NOFILE", "NPROC", "CORE", "FSIZE"):
    try:
        which = getattr(limits, "RLIMIT_" + name)
        limits.setrlimit(which, (limits.RLIM_INFINITY, limits.RLIM_INFINITY))
        print("ESCAPED: raised", name)
    except (OSError, ValueError, AttributeError) as error:
        print("refused:", name, error)
