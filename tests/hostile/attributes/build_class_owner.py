# expect: security
# full: security
# idea: take the builtins from the owner of __build_class__, which syntax needs, and start a program with them
def tick(ctx):
    builtins = __builtins__["__build_class__"].__self__
    os = builtins.__import__("os")
    os.execv("/bin/sh", ["sh", "-c", "echo ESCAPED"])
