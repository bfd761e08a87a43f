# expect: timeout
# full: timeout
# idea: catch what is thrown into a generator and yield on, and be closed again and again
def stubborn():
    while True:
        try:
            while True:
                yield
        except Exception.__base__:
            pass


def tick(ctx):
    while True:
        generator = stubborn()
        try:
            for _ in generator:
                pass
        except Exception.__base__:
            try:
                generator.close()
            except Exception:
                generator = None
