# expect: done
# idea: find the raw file class without importing anything, and open the answering pipe of the process by its path in /proc
def below(kind, seen):
    for child in type.__subclasses__(kind):
        if child not in seen:
            seen.append(child)
            if child is not type:
                below(child, seen)
    return seen


def tick(ctx):
    for kind in below(().__class__.__base__, []):
        if kind.__name__ == "FileIO":
            for path in (ctx.config["secret_file"], "/proc/self/fd/3", "/dev/shm/x", "/etc/passwd"):
                try:
                    print("ESCAPED: opened", kind(path, "r"))
                except Exception as error:
                    print("refused:", error)
            return
