# expect: timeout
# full: timeout
# idea: swallow the deadline's exception in the __exit__ of a context manager
class Blanket:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        return True


def tick(ctx):
    while True:
        with Blanket():
            for _ in iter(int, 1):
                pass
