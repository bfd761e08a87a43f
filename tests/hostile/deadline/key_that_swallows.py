# expect: timeout
# full: timeout
# idea: catch the deadline within a comparison that C code of sorted calls
class Slow:
    def __lt__(self, other):
        while True:
            try:
                while True:
                    pass
            except:
                pass


def tick(ctx):
    sorted([Slow(), Slow()])
