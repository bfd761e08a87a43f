# expect: done
# idea: learn the frames from the arguments of __exit__, with no except clause in the program
class Thief:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.frame = traceback.tb_frame
        return True


def tick(ctx):
    with Thief() as thief:
        raise ValueError
    frame = thief.frame
    while frame.f_back:
        frame = frame.f_back
    os = frame.f_builtins["__import__"]("os")
    for name in ("getcwd", "getlogin", "ctermid", "getpgrp", "cpu_count"):
        try:
            got = getattr(os, name)()
            print("ESCAPED:" if name == "getcwd" else "told:", name, got)
        except Exception as error:
            print("refused:", name, error)
